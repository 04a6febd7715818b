package io.sinkron.raft;

import io.sinkron.common.InvariantViolation;
import io.sinkron.raft.RaftEffects.SnapshotWrite;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * The one ordered stream of writes to the log store, and what of it is durable. Terms, truncations and entries go through it in the order
 * in which they happened, so an entry is never durable before its term is, and what a crash leaves is always a state that this node
 * was in.
 *
 * <p><b>ABA.</b> The same index may be written several times, in different terms, while earlier writes are still on their way to the disk
 * (etcd's {@code async_storage_writes_append_aba_race}). A completion therefore doesn't name an index: it names a write, each write on its way
 * remembers up to where it holds the log <em>as the log is now</em>, and a truncation lowers that.
 *
 * <p>Single-threaded.
 */
final class WriteStream {
    private final RaftLog log;
    private final ArrayDeque<Write> closed = new ArrayDeque<>();
    private final ArrayDeque<OnItsWay> onTheirWay = new ArrayDeque<>();
    private HardState hardState;
    private boolean hardStateChanged;
    private long hardStateSequence;
    private long lastClosed;
    private long lastTaken;
    private long durableSequence;
    private long firstUnwritten;
    private long truncateFrom;
    private long durableIndex;
    private long now;

    /** A write that isn't durable yet, and up to where it holds the log as it is now. */
    private static final class OnItsWay {
        private final long sequence;
        private final long since;
        private long lastIndex;

        OnItsWay(long sequence, long since, long lastIndex) {
            this.sequence = sequence;
            this.since = since;
            this.lastIndex = lastIndex;
        }
    }

    /** Begins with what was recovered: all of it is durable. */
    WriteStream(RaftLog log, HardState hardState, long now) {
        this.now = now;
        this.log = log;
        this.hardState = hardState;
        this.firstUnwritten = log.lastIndex() + 1;
        this.durableIndex = log.lastIndex();
    }

    /** The time has come this far. */
    void advance(long time) {
        now = time;
    }

    /** Whether the oldest write that isn't durable yet has been under way for so long. */
    boolean isSlowerThan(long nanos) {
        return !onTheirWay.isEmpty() && now - onTheirWay.getFirst().since >= nanos;
    }

    void setHardState(HardState state) {
        hardState = state;
        hardStateChanged = true;
        hardStateSequence = openSequence();
    }

    /** The number of the write that makes the current term and vote durable, 0 if they were recovered. */
    long hardStateSequence() {
        return hardStateSequence;
    }

    boolean isHardStateDurable() {
        return hardStateSequence <= durableSequence;
    }

    long durableSequence() {
        return durableSequence;
    }

    /** Up to where the log, as it is now, is durable. */
    long durableIndex() {
        return durableIndex;
    }

    /** The number of the write that makes this index of the log, as it is now, durable. */
    long sequenceOf(long index) {
        if (index <= durableIndex) {
            return durableSequence;
        }
        for (OnItsWay write : onTheirWay) {
            if (write.lastIndex >= index) {
                return write.sequence;
            }
        }
        return openSequence();
    }

    /** The log is about to lose the entries from this index on. */
    void truncating(long from) {
        if (from < firstUnwritten) {
            truncateFrom = truncateFrom == 0 ? from : Math.min(truncateFrom, from);
            firstUnwritten = from;
        }
        holdsOnlyUpTo(from - 1);
    }

    /** Closes the current write with a snapshot of a part of the log. To be called before the log lets go of anything. */
    void snapshotTaken(SnapshotWrite snapshot) {
        close(Optional.of(snapshot));
    }

    /**
     * Closes the current write with a snapshot that replaces the log. To be called before the log is emptied.
     *
     * @param agreedUpTo up to where the log was known to agree with the snapshot
     */
    void snapshotInstalled(SnapshotWrite snapshot, long agreedUpTo) {
        close(Optional.of(snapshot));
        holdsOnlyUpTo(agreedUpTo);
        long index = snapshot.snapshot().index();
        onTheirWay.getLast().lastIndex = index;
        firstUnwritten = index + 1;
    }

    boolean hasWrite() {
        return !closed.isEmpty() || isOpenWriteNeeded();
    }

    /** The next write, if there is one. There may be more: a write ends with its snapshot. */
    Optional<Write> take() {
        if (closed.isEmpty() && isOpenWriteNeeded()) {
            close(Optional.empty());
        }
        Write write = closed.poll();
        if (write != null) {
            lastTaken = write.sequence();
        }
        return Optional.ofNullable(write);
    }

    /** Every write up to this number is durable. An old number changes nothing. */
    void persisted(long sequence) {
        InvariantViolation.check(sequence <= lastTaken, "persisted names a write that was never handed out");
        durableSequence = Math.max(durableSequence, sequence);
        while (!onTheirWay.isEmpty() && onTheirWay.getFirst().sequence <= durableSequence) {
            durableIndex = Math.max(durableIndex, onTheirWay.poll().lastIndex);
        }
    }

    private long openSequence() {
        return lastClosed + 1;
    }

    private boolean isOpenWriteNeeded() {
        return hardStateChanged || truncateFrom != 0 || firstUnwritten <= log.lastIndex();
    }

    private void close(Optional<SnapshotWrite> snapshot) {
        LogBatch batch = new LogBatch(
                hardStateChanged ? Optional.of(hardState) : Optional.empty(),
                truncateFrom,
                log.slice(firstUnwritten, log.lastIndex()));
        lastClosed++;
        closed.add(new Write(lastClosed, batch, snapshot));
        onTheirWay.add(new OnItsWay(lastClosed, now, log.lastIndex()));
        hardStateChanged = false;
        truncateFrom = 0;
        firstUnwritten = log.lastIndex() + 1;
    }

    private void holdsOnlyUpTo(long index) {
        durableIndex = Math.min(durableIndex, index);
        for (OnItsWay write : onTheirWay) {
            write.lastIndex = Math.min(write.lastIndex, index);
        }
    }
}
