package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.XxHash64;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Takes values into an {@link EventHash} by what they hold: records component by component, collections and maps in their order, numbers, texts and enums.
 * {@link Object#hashCode} won't do, because that of an enum, and so of every record with one, differs from JVM to JVM; texts made for people cost
 * more than the machines themselves. Stateless.
 */
final class ContentHash {
    private static final MethodType ACCESSOR = MethodType.methodType(Object.class, Object.class);

    /** How the values of a class are read: as a text, or by their components. */
    private record Shape(long name, boolean isText, MethodHandle[] components) {}

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return shapeOf(type);
        }
    };

    private ContentHash() {}

    private static Shape shapeOf(Class<?> type) {
        long name = XxHash64.hash(type.getName(), 0);
        RecordComponent[] components = type.isRecord() ? type.getRecordComponents() : new RecordComponent[0];
        MethodHandle[] handles = new MethodHandle[components.length];
        try {
            for (int i = 0; i < handles.length; i++) {
                handles[i] = MethodHandles.publicLookup()
                        .unreflect(components[i].getAccessor())
                        .asType(ACCESSOR);
            }
        } catch (IllegalAccessException notPublic) {
            return new Shape(name, true, new MethodHandle[0]);
        }
        return new Shape(name, !type.isRecord(), handles);
    }

    static void add(EventHash hash, Object value) {
        if (value instanceof Long number) {
            hash.add(number);
        } else if (value instanceof String text) {
            hash.add((long) text.hashCode() << 32 ^ text.length());
        } else if (value instanceof NodeId node) {
            add(hash, node.value());
        } else if (value instanceof Bytes bytes) {
            hash.add(bytes.array());
        } else if (value instanceof Optional<?> optional) {
            hash.add(optional.isPresent() ? 1 : 0);
            optional.ifPresent(present -> add(hash, present));
        } else if (value instanceof Collection<?> elements) {
            hash.add(elements.size());
            for (Object element : elements) {
                add(hash, element);
            }
        } else if (value instanceof Map<?, ?> map) {
            add(hash, map.entrySet());
        } else if (value instanceof Map.Entry<?, ?> entry) {
            add(hash, entry.getKey());
            add(hash, entry.getValue());
        } else {
            addPlain(hash, value);
        }
    }

    private static void addPlain(EventHash hash, Object value) {
        if (value instanceof Integer number) {
            hash.add(number);
        } else if (value instanceof Boolean flag) {
            hash.add(flag ? 1 : 0);
        } else if (value instanceof Enum<?> constant) {
            hash.add(constant.ordinal());
        } else {
            addComponents(hash, value);
        }
    }

    private static void addComponents(EventHash hash, Object value) {
        Shape shape = SHAPES.get(value.getClass());
        hash.add(shape.name);
        if (shape.isText) {
            hash.add(value.toString());
        }
        for (MethodHandle component : shape.components) {
            add(hash, component(component, value));
        }
    }

    private static Object component(MethodHandle accessor, Object value) {
        try {
            return (Object) accessor.invokeExact(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a record's accessor threw a checked exception", e);
        }
    }
}
