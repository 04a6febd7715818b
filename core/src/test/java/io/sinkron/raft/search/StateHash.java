package io.sinkron.raft.search;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.ConfigurationFormat;
import io.sinkron.raft.RaftMessage;
import io.sinkron.spi.LogEntry;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A canonical hash of everything that an object reaches: every field of every object, but for those listed here. A field added to the machine
 * counts without a word, so that two different states are never taken for one; at worst one is taken for two.
 *
 * <p>What is listed, and why it may be:
 * <ul>
 *   <li>what never changes (options, the generator, which draws always the same) or is the same as something else that is hashed (the log in
 *       memory is the disk's with the writes on their way);
 *   <li>times: see {@link Machine}, none of them decides anything before an event that lets time pass, and such an event ends all waits of its
 *       kind; what remains of them are the yes-or-no answers below;
 *   <li>numbers of writes: only compared with each other, so they count from the last durable one;
 *   <li>what only counts when a group is founded: no search begins with empty disks everywhere, so nobody is ever without a log among its voters;
 *   <li>rounds: only compared with each other; they count in the exact lane, and {@link World} adds how they compare to the other lanes.
 * </ul>
 */
final class StateHash {
    private static final Set<String> LEFT_OUT = Set.of(
            "Raft.lastRound",
            "Raft.election",
            "RaftState.options",
            "RaftState.log",
            "RaftState.now",
            "WriteStream.log",
            "WriteStream.now",
            "OnItsWay.since",
            "Replication.leaderSince",
            "Replication.heartbeatDeadline",
            "Leadership.slowSince",
            "Progress.departingSince",
            "Progress.movedAt");
    private static final Set<String> WRITES = Set.of(
            "WriteStream.hardStateSequence",
            "WriteStream.lastClosed",
            "WriteStream.lastTaken",
            "WriteStream.durableSequence",
            "OnItsWay.sequence",
            "Write.sequence",
            "Held.sequence");
    private static final Set<String> ROUNDS =
            Set.of("Replication.lastRound", "Progress.phaseRound", "Progress.matchRound", "Progress.lifeRound");
    private static final Set<String> FLAGS = Set.of("Progress.answeredRound");
    private static final Set<String> UNORDERED =
            Set.of("Configuration.voters", "Configuration.outgoing", "Configuration.learners", "Configuration.target");

    private static final Set<String> FOR_FOUNDING = Set.of("PreVoteResponse.blank", "PreVoteResponse.lastIndex");
    private static final String TRANSFER = "Leadership.transferDeadline";
    private static final String HELD = "Outbox.held";

    private static final Map<Class<?>, Field[]> FIELDS = new HashMap<>();
    private static final Map<Class<?>, String[]> NAMES = new HashMap<>();

    private final Symmetry symmetry;
    private final long durableSequence;
    private final long roundBase;
    private final long now;
    private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

    /**
     * @param durableSequence the last write that is durable
     * @param roundBase the round from which this node counts
     * @param now the node's time
     */
    StateHash(Symmetry symmetry, long durableSequence, long roundBase, long now) {
        this.now = now;
        this.symmetry = symmetry;
        this.durableSequence = durableSequence;
        this.roundBase = roundBase;
    }

    /** The value of a private field, by its name. */
    static Object peek(Object owner, String name) {
        try {
            Field field = owner.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    Lanes of(Object... parts) {
        Lanes lanes = new Lanes(symmetry);
        for (Object part : parts) {
            value(lanes, part);
        }
        return lanes;
    }

    private void value(Lanes lanes, Object value) {
        if (value == null) {
            lanes.put(0);
        } else if (value instanceof Number number) {
            lanes.put(number.longValue() + 16);
        } else if (value instanceof Boolean flag) {
            lanes.put(flag ? 3 : 2);
        } else if (value instanceof Enum<?> constant) {
            lanes.put(100 + constant.ordinal());
        } else if (value instanceof NodeId node) {
            lanes.putNode(symmetry.index(node));
        } else if (value instanceof String text) {
            bytes(lanes, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } else if (value instanceof Bytes bytes) {
            bytes(lanes, bytes.array());
        } else if (value instanceof LogEntry entry && entry.kind() == LogEntry.Kind.CONFIG) {
            lanes.put(entry.index());
            lanes.put(entry.term());
            value(lanes, ConfigurationFormat.decode(entry.payload()));
        } else if (value instanceof Optional<?> optional) {
            value(lanes, optional.orElse(null));
        } else if (value instanceof Map<?, ?> map) {
            map(lanes, map);
        } else if (value instanceof Collection<?> collection) {
            collection(lanes, collection, collection instanceof Set);
        } else {
            object(lanes, value);
        }
    }

    private static void bytes(Lanes lanes, byte[] bytes) {
        lanes.put(bytes.length);
        for (byte b : bytes) {
            lanes.put(b);
        }
    }

    /** The order of a map or set may decide in which order messages leave, which means nothing to this network. */
    private void map(Lanes lanes, Map<?, ?> map) {
        Lanes sum = lanes.fresh();
        map.forEach((key, entry) -> {
            Lanes part = lanes.fresh();
            value(part, key);
            value(part, entry);
            sum.addUnordered(part);
        });
        lanes.put(map.size());
        lanes.putAll(sum);
    }

    private void collection(Lanes lanes, Collection<?> collection, boolean isUnordered) {
        lanes.put(collection.size());
        if (!isUnordered) {
            collection.forEach(part -> value(lanes, part));
            return;
        }
        Lanes sum = lanes.fresh();
        for (Object element : collection) {
            Lanes part = lanes.fresh();
            value(part, element);
            sum.addUnordered(part);
        }
        lanes.putAll(sum);
    }

    private void object(Lanes lanes, Object object) {
        Class<?> type = object.getClass();
        if (!type.isRecord() && seen.put(object, true) != null) {
            if (!isSingle(type)) {
                throw new AssertionError("two ways lead to one " + type.getName() + ", which has no canonical form");
            }
            lanes.put(13);
            return;
        }
        lanes.put(type.getSimpleName().hashCode());
        Field[] fields = fields(type);
        String[] names = NAMES.get(type);
        for (int i = 0; i < fields.length; i++) {
            try {
                field(lanes, object, names[i], fields[i].get(object));
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Parts of which a machine has one each. */
    private static boolean isSingle(Class<?> type) {
        return Set.of("RaftState", "WriteStream", "Outbox", "Election", "Follower", "Replication", "Reconfiguration")
                .contains(type.getSimpleName());
    }

    private void field(Lanes lanes, Object owner, String name, Object value) {
        if (WRITES.contains(name)) {
            lanes.put(Math.max(0, (long) value - durableSequence));
        } else if (ROUNDS.contains(name)) {
            long round = (long) value;
            lanes.put(round == Long.MIN_VALUE ? 2 : 3);
            lanes.putExact(round == Long.MIN_VALUE ? 0 : round - roundBase);
        } else if (name.equals(TRANSFER)) {
            boolean isUnderWay = ((Optional<?>) peek(owner, "successor")).isPresent();
            lanes.put(isUnderWay ? (long) value - now : 0);
        } else if (FLAGS.contains(name)) {
            lanes.put((long) value == Long.MIN_VALUE ? 2 : 3);
        } else if (FOR_FOUNDING.contains(name)) {
            lanes.putExact(value.hashCode());
        } else if (owner instanceof RaftMessage && name.endsWith(".round")) {
            lanes.putExact((long) value);
        } else if (name.equals(HELD)) {
            Lanes part = lanes.fresh();
            collection(part, new HashSet<>((Collection<?>) value), true);
            lanes.putExact(part.exactHigh());
            lanes.putExact(part.exactLow());
        } else if (UNORDERED.contains(name)) {
            collection(lanes, (Collection<?>) value, true);
        } else {
            value(lanes, value);
        }
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
        List<String> names = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            String name = type.getSimpleName() + "." + field.getName();
            if (!Modifier.isStatic(field.getModifiers()) && !LEFT_OUT.contains(name)) {
                field.setAccessible(true);
                fields.add(field);
                names.add(name);
            }
        }
        FIELDS.put(type, fields.toArray(Field[]::new));
        NAMES.put(type, names.toArray(String[]::new));
        return FIELDS.get(type);
    }
}
