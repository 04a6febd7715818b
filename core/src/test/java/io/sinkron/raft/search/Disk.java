package io.sinkron.raft.search;

import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a disk holds. Immutable.
 *
 * @param incarnation how often its node has started
 */
record Disk(long incarnation, HardState hardState, List<LogEntry> entries) {
    /** What it holds after one more write. */
    Disk after(Write write) {
        List<LogEntry> next = new ArrayList<>(entries);
        long truncateFrom = write.batch().truncateFrom();
        if (truncateFrom > 0) {
            next.removeIf(entry -> entry.index() >= truncateFrom);
        }
        for (LogEntry entry : write.batch().entries()) {
            if (entry.index() != next.size() + 1) {
                throw new Violation("the log on disk would have a gap before " + entry.index());
            }
            next.add(entry);
        }
        return new Disk(incarnation, write.batch().hardState().orElse(hardState), List.copyOf(next));
    }

    /** The same at the next start. */
    Disk again() {
        return new Disk(incarnation + 1, hardState, entries);
    }

    /** An empty one in its place. */
    Disk wiped() {
        return blank(incarnation + 1);
    }

    static Disk blank(long incarnation) {
        return new Disk(incarnation, HardState.INITIAL, List.of());
    }

    boolean isBlank() {
        return hardState.term() == 0 && entries.isEmpty();
    }

    LogStore.Recovered recovered() {
        return new LogStore.Recovered(incarnation, hardState, Optional.empty(), entries);
    }

    /** Whether it holds the entry of this index and term. */
    boolean holds(long index, long term) {
        return index <= entries.size() && entries.get((int) index - 1).term() == term;
    }
}
