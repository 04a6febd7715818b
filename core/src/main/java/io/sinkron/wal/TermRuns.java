package io.sinkron.wal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Which entries the log has, and their terms, as runs of equal terms: a few numbers a leader change, nothing per entry. Entries are
 * {@link #first} to {@link #next} exclusive. Not thread-safe.
 */
final class TermRuns {
    private final Deque<Run> runs = new ArrayDeque<>();
    private long first = 1;
    private long next = 1;

    /** A run of entries of one term, up to the next run's start. */
    private record Run(long start, long term) {}

    /** The lowest index there is, or {@link #next} if there is none. */
    long first() {
        return first;
    }

    /** The index that the next entry will have. */
    long next() {
        return next;
    }

    /** Whether the entry is there and has that term. */
    boolean holds(long index, long term) {
        if (index < first || index >= next) {
            return false;
        }
        Iterator<Run> newestFirst = runs.descendingIterator();
        while (newestFirst.hasNext()) {
            Run run = newestFirst.next();
            if (run.start <= index) {
                return run.term == term;
            }
        }
        return false;
    }

    /** The entry at {@link #next} is there. */
    void appended(long term) {
        if (runs.isEmpty() || runs.getLast().term != term) {
            runs.addLast(new Run(next, term));
        }
        next++;
    }

    /** The entries from an index on are gone. Below {@link #first}, the log is empty and goes on there. */
    void truncated(long from) {
        while (!runs.isEmpty() && runs.getLast().start >= from) {
            runs.removeLast();
        }
        next = from;
        first = Math.min(first, from);
    }

    /** No entries; the next one will be that. */
    void restartedAt(long index) {
        runs.clear();
        first = index;
        next = index;
    }

    /** The entries up to an index are gone, or may be. */
    void freed(long upTo) {
        first = Math.max(first, Math.min(upTo + 1, next));
        while (runs.size() > 1 && second().start <= first) {
            runs.removeFirst();
        }
    }

    private Run second() {
        Iterator<Run> oldestFirst = runs.iterator();
        oldestFirst.next();
        return oldestFirst.next();
    }
}
