package io.sinkron.raft;

import io.sinkron.raft.RaftEffects.SnapshotWrite;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A naive log store: what a disk holds after some prefix of the writes. Strict where {@link LogStore} has a contract. */
final class DiskImage {
    private HardState hardState = HardState.INITIAL;
    private Optional<StoredSnapshot> snapshot = Optional.empty();
    private final List<LogEntry> entries = new ArrayList<>();

    DiskImage copy() {
        DiskImage copy = new DiskImage();
        copy.hardState = hardState;
        copy.snapshot = snapshot;
        copy.entries.addAll(entries);
        return copy;
    }

    void setHardState(HardState state) {
        hardState = state;
    }

    HardState hardState() {
        return hardState;
    }

    Optional<StoredSnapshot> snapshot() {
        return snapshot;
    }

    List<LogEntry> entries() {
        return entries;
    }

    long snapshotIndex() {
        return snapshot.map(StoredSnapshot::index).orElse(0L);
    }

    long lastIndex() {
        return entries.isEmpty()
                ? snapshotIndex()
                : entries.get(entries.size() - 1).index();
    }

    Optional<LogEntry> entry(long index) {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        long at = index - entries.get(0).index();
        return at < 0 || at >= entries.size() ? Optional.empty() : Optional.of(entries.get((int) at));
    }

    /** Whether it holds the entry (index, term), itself or within the snapshot. */
    boolean holds(long index, long term) {
        return index <= snapshotIndex()
                || entry(index).filter(entry -> entry.term() == term).isPresent();
    }

    void apply(Write write) {
        append(write.batch());
        write.snapshot().ifPresent(this::save);
    }

    void append(LogBatch batch) {
        batch.hardState().ifPresent(this::setHardState);
        if (batch.truncateFrom() > 0) {
            require(batch.truncateFrom() <= lastIndex(), "truncation of " + batch.truncateFrom() + " behind the end");
            entries.removeIf(entry -> entry.index() >= batch.truncateFrom());
        }
        for (LogEntry entry : batch.entries()) {
            require(entry.index() == lastIndex() + 1, "entry " + entry.index() + " behind last index " + lastIndex());
            require(entry.term() <= hardState.term(), "entry of term " + entry.term() + " durable before its term");
            entries.add(entry);
        }
    }

    private void save(SnapshotWrite write) {
        StoredSnapshot next = write.snapshot();
        require(next.index() > snapshotIndex(), "snapshot isn't newer");
        require(write.freeUpTo() <= next.index(), "frees entries behind the snapshot");
        Optional<LogEntry> there = entry(next.index());
        if (there.isPresent() && there.get().term() == next.term()) {
            entries.removeIf(entry -> entry.index() <= write.freeUpTo());
        } else {
            entries.clear();
        }
        snapshot = Optional.of(next);
    }

    LogStore.Recovered recovered(long incarnation) {
        return new LogStore.Recovered(incarnation, hardState, snapshot, entries);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
