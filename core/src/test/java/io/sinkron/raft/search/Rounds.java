package io.sinkron.raft.search;

import io.sinkron.raft.RaftMessage;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/** The rounds of messages, whichever messages have one. */
final class Rounds {
    private static final Map<Class<?>, RecordComponent[]> COMPONENTS = new HashMap<>();

    private Rounds() {}

    /** The same message with a round higher by so much, if it has one. */
    static RaftMessage raised(RaftMessage message, long more) {
        RecordComponent[] components = COMPONENTS.computeIfAbsent(message.getClass(), Class::getRecordComponents);
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        boolean hasRound = false;
        for (int i = 0; i < components.length; i++) {
            values[i] = StateHash.peek(message, components[i].getName());
            types[i] = components[i].getType();
            if (components[i].getName().equals("round")) {
                values[i] = (long) values[i] + more;
                hasRound = true;
            }
        }
        try {
            return hasRound ? message.getClass().getDeclaredConstructor(types).newInstance(values) : message;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** A message's round; -1 if it has none. */
    static long of(RaftMessage message) {
        RecordComponent[] components = COMPONENTS.computeIfAbsent(message.getClass(), Class::getRecordComponents);
        for (RecordComponent component : components) {
            if (component.getName().equals("round")) {
                return (long) StateHash.peek(message, "round");
            }
        }
        return -1;
    }
}
