package io.sinkron.cache;

import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The state of a {@link CacheNode} as canonical bytes: every field of every object that it reaches, but for those listed here as having no part in
 * what the machine will do (time, statistics, what is derived). A field added to a machine is included without a word, so that two different
 * states are never taken for one.
 */
final class StateEncoder {
    private static final Set<String> LEFT_OUT = Set.of(
            "CacheNode.isClockSet",
            "Context.options",
            "Context.self",
            "Context.timers",
            "Context.random",
            "Context.now",
            "Context.clusterOffsetNanos",
            "LineTable.touches",
            "LineTable.lease",
            "LineTable.shelf",
            "LineTable.staleReads",
            "LineTable.clusterOffsetNanos",
            "LineTable.unnamed",
            "LineTable.named",
            "LruLink.colder",
            "LruLink.warmer",
            "LruLink.isLinked",
            "LruLink.lastUse",
            "Line.region",
            "LineFace.counters",
            "Line.countedBytes",
            "Region.counters",
            "Region.recency",
            "Region.bytes",
            "Region.evictingBytes",
            "Room.uses",
            "Line.published",
            "Room.bytes",
            "Room.evictingBytes",
            "Outbox.self",
            "PendingCall.timer",
            "PendingCall.queue",
            "PendingCall.previous",
            "PendingCall.next",
            "PendingCalls.context",
            "DirtyLines.context",
            "CacheController.context",
            "Outstanding.context",
            "Room.context",
            "HomeController.context",
            "HomeController.copies",
            "HomeController.limits",
            "SnoopFilter.maxEntries",
            "BackupKeeper.context",
            "StateQueries.context",
            "BackupKeeper.isSweeping",
            "CacheController.lines",
            "CacheController.calls",
            "CacheController.dirty",
            "DirtyLines.calls",
            "DirtyLines.changes",
            "Changes.context",
            "Awaits.calls",
            "Sweeps.context",
            "Sweeps.calls",
            "Outstanding.awaits",
            "Room.lines",
            "Outstanding.dirty",
            "Outstanding.room",
            "CacheController.evictor",
            "CacheController.regions",
            "SnoopAnswers.context",
            "SnoopAnswers.lines",
            "SnoopAnswers.outstanding",
            "MinimumHold.context",
            "MinimumHold.answer",
            "Flushes.context",
            "Flushes.dirty",
            "Withdrawal.lines",
            "Withdrawal.dirty",
            "Withdrawal.outstanding",
            "Auditor.context",
            "Auditor.counts",
            "Auditor.home",
            "Held.heardAt");

    private static final Map<Class<?>, Field[]> FIELDS = new HashMap<>();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    private final List<Object> path = new ArrayList<>();

    private final Map<NodeId, NodeId> names;

    private StateEncoder(Map<NodeId, NodeId> names) {
        this.names = names;
    }

    /**
     * The bytes of a node and its lines.
     *
     * @param names what the nodes are called instead
     * @param isElapsed whether the node's clock has passed the times to live
     */
    static byte[] encode(CacheNode node, Map<NodeId, NodeId> names, boolean isElapsed) {
        StateEncoder encoder = new StateEncoder(names);
        encoder.value(isElapsed);
        encoder.object(node);
        return encoder.out.toByteArray();
    }

    /** The value of a private field, by its name. */
    static Object peek(Object owner, String name) {
        try {
            return field(owner, name).get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** Sets a private field, by its name. */
    static void poke(Object owner, String name, Object value) {
        try {
            field(owner, name).set(owner, value);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Field field(Object owner, String name) {
        for (Class<?> type = owner.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new AssertionError(owner.getClass() + " has no " + name);
    }

    private void value(Object value) {
        if (value == null) {
            out.write(0);
        } else if (value instanceof Number number) {
            number(1, number.longValue());
        } else if (value instanceof Boolean flag) {
            out.write(flag ? 3 : 2);
        } else if (value instanceof Enum<?> constant) {
            number(4, constant.ordinal());
        } else if (value instanceof String text) {
            bytes(5, text.getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof Bytes bytes) {
            bytes(6, bytes.array());
        } else if (value instanceof NodeId node) {
            bytes(7, names.getOrDefault(node, node).value().getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof View view) {
            number(8, view.epoch());
        } else if (value instanceof Placement || value instanceof Timers.Timer) {
            out.write(9);
        } else if (value instanceof Optional<?> optional) {
            value(optional.orElse(null));
        } else if (value instanceof PendingCall.Queue queue) {
            calls(queue);
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else if (value instanceof Collection<?> collection) {
            collection(collection);
        } else {
            object(value);
        }
    }

    private void number(int tag, long number) {
        out.write(tag);
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void bytes(int tag, byte[] bytes) {
        number(tag, bytes.length);
        out.write(bytes, 0, bytes.length);
    }

    private void calls(PendingCall.Queue queue) {
        number(10, queue.size());
        for (PendingCall call = queue.first(); call != null; call = call.next) {
            object(call);
        }
    }

    private void map(Map<?, ?> map) {
        number(11, map.size());
        List<byte[]> entries = new ArrayList<>();
        map.forEach((key, entry) -> {
            StateEncoder part = new StateEncoder(names);
            part.path.addAll(path);
            part.value(key);
            part.value(entry);
            entries.add(part.out.toByteArray());
        });
        if (!(map instanceof LinkedHashMap)) {
            entries.sort(Arrays::compare);
        }
        entries.forEach(entry -> out.write(entry, 0, entry.length));
    }

    private void collection(Collection<?> collection) {
        number(12, collection.size());
        List<byte[]> entries = new ArrayList<>();
        for (Object entry : collection) {
            StateEncoder part = new StateEncoder(names);
            part.path.addAll(path);
            part.value(entry);
            entries.add(part.out.toByteArray());
        }
        if (collection instanceof Set && !(collection instanceof LinkedHashSet)) {
            entries.sort(Arrays::compare);
        }
        entries.forEach(entry -> out.write(entry, 0, entry.length));
    }

    private void object(Object object) {
        for (Object known : path) {
            if (known == object) {
                out.write(13);
                return;
            }
        }
        if (object instanceof Line line && path.stream().noneMatch(LineTable.class::isInstance)) {
            value(line.key);
            return;
        }
        path.add(object);
        out.write(14);
        for (Field field : fields(object.getClass())) {
            try {
                value(field.get(object));
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
        path.remove(path.size() - 1);
    }

    private static Field[] fields(Class<?> type) {
        Field[] known = FIELDS.get(type);
        if (known != null) {
            return known;
        }
        if (!type.getPackageName().startsWith("io.sinkron")) {
            throw new AssertionError("a machine holds a " + type.getName() + ", which has no canonical form");
        }
        List<Field> fields = new ArrayList<>();
        for (Class<?> part = type; part != Object.class && part != Record.class; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !LEFT_OUT.contains(part.getSimpleName() + "." + field.getName())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        Field[] made = fields.toArray(Field[]::new);
        FIELDS.put(type, made);
        return made;
    }
}
