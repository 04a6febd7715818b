package io.sinkron.transport.inmemory;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The naive log: all states that a crash may leave. One after a sync; after each batch that is written behind it, one more: a
 * crash leaves whole batches, in order, and nothing of the first one that it hit.
 */
final class LogModel {
    private List<State> possible = new ArrayList<>();
    private long lastIncarnation;

    /** A state: all entries behind {@code base} that were ever kept, and up to where they may be gone. */
    private record State(
            HardState hardState, Optional<StoredSnapshot> snapshot, long base, long freed, List<LogEntry> entries) {
        long next() {
            return base + entries.size() + 1;
        }

        State with(HardState newHardState) {
            return new State(newHardState, snapshot, base, freed, entries);
        }

        State truncated(long from) {
            return new State(
                    hardState, snapshot, base, freed, List.copyOf(entries.subList(0, (int) (from - base - 1))));
        }

        State appended(LogEntry entry) {
            List<LogEntry> more = new ArrayList<>(entries);
            more.add(entry);
            return new State(hardState, snapshot, base, freed, more);
        }

        State saved(StoredSnapshot saved, long freeUpTo) {
            long at = saved.index() - base - 1;
            boolean agrees =
                    at >= 0 && at < entries.size() && entries.get((int) at).term() == saved.term();
            return agrees
                    ? new State(hardState, Optional.of(saved), base, Math.max(freed, freeUpTo), entries)
                    : new State(hardState, Optional.of(saved), saved.index(), saved.index(), List.of());
        }

        /** Whether it is what was recovered; of the entries that may be gone, any number from the front is. */
        boolean matches(LogStore.Recovered recovered) {
            List<LogEntry> found = recovered.entries();
            int gone = entries.size() - found.size();
            return hardState.equals(recovered.hardState())
                    && snapshot.equals(recovered.snapshot())
                    && gone >= 0
                    && gone <= freed - base
                    && entries.subList(gone, entries.size()).equals(found);
        }
    }

    LogModel() {
        possible.add(new State(HardState.INITIAL, Optional.empty(), 0, 0, List.of()));
    }

    LogModel copy() {
        LogModel copy = new LogModel();
        copy.possible = new ArrayList<>(possible);
        copy.lastIncarnation = lastIncarnation;
        return copy;
    }

    private State latest() {
        return possible.get(possible.size() - 1);
    }

    long nextIndex() {
        return latest().next();
    }

    long snapshotIndex() {
        return latest().snapshot.map(StoredSnapshot::index).orElse(0L);
    }

    HardState hardState() {
        return latest().hardState;
    }

    long termAt(long index) {
        return latest().entries.get((int) (index - latest().base - 1)).term();
    }

    /** Whether the entry is certainly there. */
    boolean has(long index) {
        return index > latest().base && index > latest().freed && index < nextIndex();
    }

    /** The batch was handed over: all of it may be on disk from now on, or nothing. */
    void append(LogBatch batch) {
        State state = batch.hardState().map(latest()::with).orElse(latest());
        if (batch.truncateFrom() > 0) {
            state = state.truncated(batch.truncateFrom());
        }
        for (LogEntry entry : batch.entries()) {
            state = state.appended(entry);
        }
        possible.add(state);
    }

    /** The sync returned: nothing before it can be lost. */
    void synced() {
        possible = new ArrayList<>(List.of(latest()));
    }

    /** A snapshot was handed over: it may be there or not, on whatever part of the log survives. */
    void saving(StoredSnapshot snapshot, long freeUpTo) {
        List<State> both = new ArrayList<>(possible);
        possible.forEach(state -> both.add(state.saved(snapshot, freeUpTo)));
        possible = both;
    }

    /** What was recovered must be one of the possible states, in a new incarnation; from now on it's the only one. */
    void recovered(LogStore.Recovered recovered) {
        assertTrue(
                recovered.incarnation() > lastIncarnation,
                () -> "incarnation " + recovered.incarnation() + " after " + lastIncarnation);
        lastIncarnation = recovered.incarnation();
        for (int i = possible.size() - 1; i >= 0; i--) {
            if (possible.get(i).matches(recovered)) {
                State state = possible.get(i);
                long gone = state.entries.size() - recovered.entries().size();
                possible = new ArrayList<>(List.of(new State(
                        state.hardState,
                        state.snapshot,
                        state.base + gone,
                        Math.max(state.freed, state.base + gone),
                        recovered.entries())));
                return;
            }
        }
        fail("recovered " + brief(recovered) + ", possible were "
                + possible.stream().map(LogModel::brief).toList());
    }

    private static String brief(LogStore.Recovered recovered) {
        return brief(new State(recovered.hardState(), recovered.snapshot(), -1, -1, recovered.entries()));
    }

    private static String brief(State state) {
        return "\n" + state.hardState + " snapshot "
                + state.snapshot.map(StoredSnapshot::index).orElse(0L) + " entries "
                + state.entries.stream()
                        .map(entry -> entry.index() + "/" + entry.term())
                        .toList();
    }
}
