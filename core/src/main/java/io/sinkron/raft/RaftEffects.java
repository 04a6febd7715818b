package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * What one turn of {@link Raft} asks for. Messages that must wait for the disk are kept by the machine and come out of the turn in which
 * {@link Raft#persisted} says that the disk has caught up. Immutable.
 *
 * @param messages to send now, in order
 * @param write to hand to the log store, behind all earlier ones
 * @param install a snapshot from the leader that replaces the applied state, before {@code committed} is applied
 * @param committed entries to apply, in order and without a gap
 * @param reads which reads may be served, and up to where must be applied before
 * @param configuration the group's membership in force from now on, if it has changed; it may not be committed yet
 */
public record RaftEffects(
        List<Outgoing> messages,
        Optional<Write> write,
        Optional<StoredSnapshot> install,
        List<LogEntry> committed,
        List<ReadDone> reads,
        Optional<Configuration> configuration) {
    /** What {@link ReadDone#index} says of a read that can't be served: there's no leader, or it has changed, or too much waits. */
    public static final long REFUSED = -1;

    /**
     * A read is linearizable once this index is applied.
     *
     * @param id as {@link Raft#read} gave it
     * @param index the index, or {@link #REFUSED}
     */
    public record ReadDone(long id, long index) {}

    /** A message to a peer. */
    public record Outgoing(NodeId to, RaftMessage message) {}

    /**
     * Something to make durable. First the batch is appended and synced, then the snapshot is saved.
     *
     * @param sequence from 1, growing by one; to be given back to {@link Raft#persisted} once this write is durable
     * @param snapshot to save, with the highest index whose entry need not be kept
     */
    public record Write(long sequence, LogBatch batch, Optional<SnapshotWrite> snapshot) {}

    /** A snapshot to save and how much of the log it frees. */
    public record SnapshotWrite(StoredSnapshot snapshot, long freeUpTo) {}
}
