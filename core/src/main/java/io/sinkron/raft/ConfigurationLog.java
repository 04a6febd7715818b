package io.sinkron.raft;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Which configuration stands where in the log: one at a base, which the snapshot covers, and those of the entries behind it. The last one is in
 * force from the moment it is appended (Ongaro 2014, section 4.1), committed or not; if its entry is truncated, the one before it is in force
 * again. Single-threaded.
 */
final class ConfigurationLog {
    private final ArrayDeque<Placed> placed = new ArrayDeque<>();

    private record Placed(long index, Configuration configuration) {}

    /** Begins with what holds at an index and before its first successor. */
    ConfigurationLog(long index, Configuration base) {
        placed.add(new Placed(index, base));
    }

    /** The one in force. */
    Configuration effective() {
        return placed.getLast().configuration;
    }

    /** Where the one in force stands. */
    long effectiveIndex() {
        return placed.getLast().index;
    }

    /** The one that was in force when this index was the last; at least the base's. */
    Configuration at(long index) {
        for (Iterator<Placed> each = placed.descendingIterator(); each.hasNext(); ) {
            Placed next = each.next();
            if (next.index <= index) {
                return next.configuration;
            }
        }
        return placed.getFirst().configuration;
    }

    void append(long index, Configuration configuration) {
        placed.add(new Placed(index, configuration));
    }

    /** The entries from this index on are gone. Returns whether another one is in force now. */
    boolean truncateFrom(long index) {
        boolean changed = false;
        while (placed.size() > 1 && placed.getLast().index >= index) {
            placed.removeLast();
            changed = true;
        }
        return changed;
    }

    /** What stands before the one in force at this index isn't needed any more. */
    void compactTo(long index) {
        while (placed.size() > 1) {
            Placed first = placed.pollFirst();
            if (placed.getFirst().index > index) {
                placed.addFirst(first);
                return;
            }
        }
    }

    /** A snapshot has replaced the log. */
    void reset(long index, Configuration configuration) {
        placed.clear();
        placed.add(new Placed(index, configuration));
    }
}
