package io.sinkron.raft;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The limits and times of one Raft group. All nodes of a group use the same times: a leader's certainty that it leads rests on its
 * followers' election timeout. Immutable, validated once.
 *
 * @param electionTimeoutMinNanos the shortest silence after which a follower doubts its leader, and how long after it heard from one it
 *     refuses every vote. Default 500 ms, 1 ms to 1 h: five lost heartbeats, well above a garbage collection's pause
 * @param electionTimeoutMaxNanos the longest; each wait is drawn from the range so that nodes seldom collide, and a leader unheard for
 *     so long steps down. Default 1 s, above the minimum and up to 1 h
 * @param heartbeatNanos the leader's pause between signs of life. Default 100 ms, at most half the shortest election timeout
 * @param clockDrift the fraction by which two nodes' clocks may differ in speed: a leader is sure of itself only for {@code 1 - clockDrift} of the
 *     shortest election timeout. Default 0.1, from 0 up to 0.5: far above the 500 ppm of real clocks, as paused virtual machines aren't
 * @param maxBatchEntries the most entries of one message. Default 4096, from 1: bounds the work of one step
 * @param maxBatchBytes the most bytes of one message; a single larger entry travels alone. Default 1 MiB, from 1: below a transport's frame
 * @param maxInFlightEntries the most entries sent to a follower ahead of its acknowledgement. Default 65 536, from 1: 120 000 commands a second
 *     times the round trip and the fsync of a slow link
 * @param maxInFlightBytes the most bytes so sent, exceeded by one entry at most, so that a larger one gets through. Default 8 MiB, from 1: bounds what
 *     a slow connection buffers
 * @param maxUncommittedBytes the most bytes of log, {@link #ENTRY_OVERHEAD_BYTES} an entry included, that may wait for commit before proposals are refused; one proposal
 *     is always taken when nothing waits. Default 64 MiB, from 1: overload is an error, not memory growth
 * @param snapshotChunkBytes the most bytes of one piece of a snapshot. Default 256 KiB, from 1: keeps heartbeats from queueing behind it
 * @param maxInFlightChunks the most pieces sent ahead of an acknowledgement. Default 8, from 1
 * @param maxSnapshotBytes the largest snapshot accepted. Default 1 GiB, from 1 to {@link Integer#MAX_VALUE} - 8: a snapshot is one array
 * @param keptTailEntries the most entries kept behind a snapshot for followers that are slightly slow. Default 16 384, from 0
 * @param keptTailBytes the most bytes so kept. Default 16 MiB, from 0
 * @param maxApplyEntries the most committed entries handed out in one turn. Default 8192, from 1: keeps a replay from stalling the loop
 * @param maxApplyBytes the most bytes so handed out, at least one entry. Default 4 MiB, from 1
 * @param leaseReads whether a leader that is sure of itself ({@link Raft#hasQuorum}) answers reads without a round of messages. Linearizable only
 *     while {@code clockDrift} bounds the clocks. Default false
 * @param maxPendingReads the most reads that wait for their index on one node; one more is refused. Default 65 536, from 1
 * @param snapshotBytesPerSecond how fast a snapshot is sent to one follower, on average. Default 64 MiB, from 1: half a gigabit link stays free
 * @param slowDiskNanos how old a leader's own write may become while another voter is ahead, before it hands leadership over. Default 2 s,
 *     from 1 ms
 * @param maxCatchUpEntries how far a learner may be behind and still become a voter: the quorum that then needs it waits no longer than for so
 *     many entries. Default 4096, from 0
 * @param heldLogBytes the most bytes of log behind a snapshot that a leader keeps for followers that answer and still need them. Default
 *     64 MiB, from 0: a follower whose snapshot takes longer than the pause between two must find the log where it ends
 */
public record RaftOptions(
        long electionTimeoutMinNanos,
        long electionTimeoutMaxNanos,
        long heartbeatNanos,
        double clockDrift,
        int maxBatchEntries,
        long maxBatchBytes,
        int maxInFlightEntries,
        long maxInFlightBytes,
        long maxUncommittedBytes,
        int snapshotChunkBytes,
        int maxInFlightChunks,
        long maxSnapshotBytes,
        int keptTailEntries,
        long keptTailBytes,
        int maxApplyEntries,
        long maxApplyBytes,
        boolean leaseReads,
        int maxPendingReads,
        long snapshotBytesPerSecond,
        long slowDiskNanos,
        int maxCatchUpEntries,
        long heldLogBytes) {

    /** What an entry is taken to cost besides its payload, in bytes, so that empty ones aren't free. */
    public static final int ENTRY_OVERHEAD_BYTES = 64;

    /** The defaults. */
    public static final RaftOptions DEFAULT = new RaftOptions(
            TimeUnit.MILLISECONDS.toNanos(500),
            TimeUnit.MILLISECONDS.toNanos(1000),
            TimeUnit.MILLISECONDS.toNanos(100),
            0.1,
            4096,
            1 << 20,
            1 << 16,
            8 << 20,
            64 << 20,
            256 << 10,
            8,
            1 << 30,
            1 << 14,
            16 << 20,
            8192,
            4 << 20,
            false,
            1 << 16,
            64L << 20,
            TimeUnit.SECONDS.toNanos(2),
            4096,
            64L << 20);

    /**
     * Checks every limit.
     *
     * @throws IllegalArgumentException naming the limit, its value and its range
     */
    public RaftOptions {
        long hour = TimeUnit.HOURS.toNanos(1);
        range("electionTimeoutMinNanos", electionTimeoutMinNanos, TimeUnit.MILLISECONDS.toNanos(1), hour);
        range("electionTimeoutMaxNanos", electionTimeoutMaxNanos, electionTimeoutMinNanos + 1, hour + 1);
        range("heartbeatNanos", heartbeatNanos, 1, electionTimeoutMinNanos / 2);
        if (!(clockDrift >= 0 && clockDrift < 0.5)) {
            throw new IllegalArgumentException("clockDrift is " + clockDrift + ", allowed are 0 to below 0.5");
        }
        range("maxBatchEntries", maxBatchEntries, 1, Integer.MAX_VALUE);
        range("maxBatchBytes", maxBatchBytes, 1, Long.MAX_VALUE);
        range("maxInFlightEntries", maxInFlightEntries, 1, Integer.MAX_VALUE);
        range("maxInFlightBytes", maxInFlightBytes, 1, Long.MAX_VALUE);
        range("maxUncommittedBytes", maxUncommittedBytes, 1, Long.MAX_VALUE);
        range("snapshotChunkBytes", snapshotChunkBytes, 1, Integer.MAX_VALUE);
        range("maxInFlightChunks", maxInFlightChunks, 1, Integer.MAX_VALUE);
        range("maxSnapshotBytes", maxSnapshotBytes, 1, Integer.MAX_VALUE - 8L);
        range("keptTailEntries", keptTailEntries, 0, Integer.MAX_VALUE);
        range("keptTailBytes", keptTailBytes, 0, Long.MAX_VALUE);
        range("maxApplyEntries", maxApplyEntries, 1, Integer.MAX_VALUE);
        range("maxApplyBytes", maxApplyBytes, 1, Long.MAX_VALUE);
        range("maxPendingReads", maxPendingReads, 1, Integer.MAX_VALUE);
        range("snapshotBytesPerSecond", snapshotBytesPerSecond, 1, Long.MAX_VALUE);
        range("slowDiskNanos", slowDiskNanos, TimeUnit.MILLISECONDS.toNanos(1), hour);
        range("maxCatchUpEntries", maxCatchUpEntries, 0, Integer.MAX_VALUE);
        range("heldLogBytes", heldLogBytes, 0, Long.MAX_VALUE);
    }

    /** For how long after sending a message that a majority answered the leader is sure that nobody else leads. */
    public long quorumWindowNanos() {
        return (long) (electionTimeoutMinNanos * (1 - clockDrift));
    }

    /** The same with other times. */
    public RaftOptions withTimes(long electionMinNanos, long electionMaxNanos, long heartbeat) {
        return changed(draft -> {
            draft.electionTimeoutMinNanos = electionMinNanos;
            draft.electionTimeoutMaxNanos = electionMaxNanos;
            draft.heartbeatNanos = heartbeat;
        });
    }

    /** The same with other limits of one message and of all that is in flight. */
    public RaftOptions withFlow(int batchEntries, long batchBytes, int inFlightEntries, long inFlightBytes) {
        return changed(draft -> {
            draft.maxBatchEntries = batchEntries;
            draft.maxBatchBytes = batchBytes;
            draft.maxInFlightEntries = inFlightEntries;
            draft.maxInFlightBytes = inFlightBytes;
        });
    }

    /** The same with other bounds on what waits for commit and on what is handed out in a turn. */
    public RaftOptions withBounds(long uncommittedBytes, int applyEntries, long applyBytes) {
        return changed(draft -> {
            draft.maxUncommittedBytes = uncommittedBytes;
            draft.maxApplyEntries = applyEntries;
            draft.maxApplyBytes = applyBytes;
        });
    }

    /** The same with other pieces of snapshots and another tail behind them. */
    public RaftOptions withSnapshots(int chunkBytes, int inFlightChunks, int tailEntries, long tailBytes) {
        return changed(draft -> {
            draft.snapshotChunkBytes = chunkBytes;
            draft.maxInFlightChunks = inFlightChunks;
            draft.keptTailEntries = tailEntries;
            draft.keptTailBytes = tailBytes;
        });
    }

    /** The same with other reads. */
    public RaftOptions withReads(boolean byLease, int pending) {
        return changed(draft -> {
            draft.leaseReads = byLease;
            draft.maxPendingReads = pending;
        });
    }

    /** The same with other bounds on what a transfer of a snapshot and a slow disk may cost the group, and on who may become a voter. */
    public RaftOptions withPatience(long snapshotBytesASecond, long slowDisk, int catchUpEntries) {
        return changed(draft -> {
            draft.snapshotBytesPerSecond = snapshotBytesASecond;
            draft.slowDiskNanos = slowDisk;
            draft.maxCatchUpEntries = catchUpEntries;
        });
    }

    /** The same with another bound on the log that is held for followers. */
    public RaftOptions withHeldLog(long bytes) {
        return changed(draft -> draft.heldLogBytes = bytes);
    }

    private RaftOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }

    /** The options on their way to being other ones: the one place besides the header that knows them all. */
    private static final class Draft {
        long electionTimeoutMinNanos;
        long electionTimeoutMaxNanos;
        long heartbeatNanos;
        double clockDrift;
        int maxBatchEntries;
        long maxBatchBytes;
        int maxInFlightEntries;
        long maxInFlightBytes;
        long maxUncommittedBytes;
        int snapshotChunkBytes;
        int maxInFlightChunks;
        long maxSnapshotBytes;
        int keptTailEntries;
        long keptTailBytes;
        int maxApplyEntries;
        long maxApplyBytes;
        boolean leaseReads;
        int maxPendingReads;
        long snapshotBytesPerSecond;
        long slowDiskNanos;
        int maxCatchUpEntries;
        long heldLogBytes;

        Draft(RaftOptions from) {
            electionTimeoutMinNanos = from.electionTimeoutMinNanos;
            electionTimeoutMaxNanos = from.electionTimeoutMaxNanos;
            heartbeatNanos = from.heartbeatNanos;
            clockDrift = from.clockDrift;
            maxBatchEntries = from.maxBatchEntries;
            maxBatchBytes = from.maxBatchBytes;
            maxInFlightEntries = from.maxInFlightEntries;
            maxInFlightBytes = from.maxInFlightBytes;
            maxUncommittedBytes = from.maxUncommittedBytes;
            snapshotChunkBytes = from.snapshotChunkBytes;
            maxInFlightChunks = from.maxInFlightChunks;
            maxSnapshotBytes = from.maxSnapshotBytes;
            keptTailEntries = from.keptTailEntries;
            keptTailBytes = from.keptTailBytes;
            maxApplyEntries = from.maxApplyEntries;
            maxApplyBytes = from.maxApplyBytes;
            leaseReads = from.leaseReads;
            maxPendingReads = from.maxPendingReads;
            snapshotBytesPerSecond = from.snapshotBytesPerSecond;
            slowDiskNanos = from.slowDiskNanos;
            maxCatchUpEntries = from.maxCatchUpEntries;
            heldLogBytes = from.heldLogBytes;
        }

        RaftOptions options() {
            return new RaftOptions(
                    electionTimeoutMinNanos,
                    electionTimeoutMaxNanos,
                    heartbeatNanos,
                    clockDrift,
                    maxBatchEntries,
                    maxBatchBytes,
                    maxInFlightEntries,
                    maxInFlightBytes,
                    maxUncommittedBytes,
                    snapshotChunkBytes,
                    maxInFlightChunks,
                    maxSnapshotBytes,
                    keptTailEntries,
                    keptTailBytes,
                    maxApplyEntries,
                    maxApplyBytes,
                    leaseReads,
                    maxPendingReads,
                    snapshotBytesPerSecond,
                    slowDiskNanos,
                    maxCatchUpEntries,
                    heldLogBytes);
        }
    }
}
