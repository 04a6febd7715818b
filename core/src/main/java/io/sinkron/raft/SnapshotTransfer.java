package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.XxHash64;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.spi.StoredSnapshot;
import java.util.Arrays;

/**
 * One snapshot on its way to one follower, in pieces: a few ahead of the acknowledgement, and again from where the follower says it
 * stands when something got lost. The follower's word on the offset is final, in either direction: it may have restarted. Throttled. Single-threaded.
 */
final class SnapshotTransfer {
    private final StoredSnapshot snapshot;
    private long acknowledged;
    private long sent;
    private boolean isEmptySent;
    private boolean isDelivered;
    private long answeredRound;
    private long sentRound;
    private long acknowledgedRound;
    private long movedAt;
    private long creditBytes;
    private long creditedAt;

    SnapshotTransfer(StoredSnapshot snapshot, RaftOptions options, long lastRound, long now) {
        this.snapshot = snapshot;
        this.creditBytes = burst(options);
        this.creditedAt = now;
        this.movedAt = now;
        this.answeredRound = lastRound;
        this.sentRound = lastRound;
        this.acknowledgedRound = lastRound;
    }

    StoredSnapshot snapshot() {
        return snapshot;
    }

    /** Whether the follower has all pieces; it may not have installed them yet. */
    boolean isDelivered() {
        return isDelivered;
    }

    /** What may be sent at once after a pause: a window, or what the rate allows between two heartbeats, as nothing else may wake the leader. */
    private static long burst(RaftOptions options) {
        long window = (long) options.snapshotChunkBytes() * options.maxInFlightChunks();
        return Math.max(window, bytesIn(options, options.heartbeatNanos()));
    }

    private static long bytesIn(RaftOptions options, long nanos) {
        return (long) (options.snapshotBytesPerSecond() * (nanos / 1e9));
    }

    /** Throttling: what time has earned since the last call. */
    void earn(RaftOptions options, long now) {
        long earned = bytesIn(options, now - creditedAt);
        if (earned > 0) {
            creditBytes = Math.min(burst(options), creditBytes + earned);
            creditedAt = now;
        }
    }

    boolean canSend(RaftOptions options) {
        if (creditBytes <= 0) {
            return false;
        }
        long size = snapshot.state().size();
        if (size == 0) {
            return !isEmptySent;
        }
        long window = (long) options.snapshotChunkBytes() * options.maxInFlightChunks();
        return sent < size && sent - acknowledged < window;
    }

    InstallSnapshot nextChunk(RaftOptions options, long term, long round, long now) {
        int size = snapshot.state().size();
        int from = (int) sent;
        int to = (int) Math.min(size, sent + options.snapshotChunkBytes());
        sent = to;
        isEmptySent = true;
        sentRound = round;
        movedAt = now;
        creditBytes -= to - from;
        byte[] chunk = Arrays.copyOfRange(snapshot.state().array(), from, to);
        return new InstallSnapshot(
                term,
                round,
                snapshot.index(),
                snapshot.term(),
                snapshot.stampMillis(),
                snapshot.config(),
                size,
                from,
                Bytes.wrap(chunk),
                XxHash64.hash(chunk, 0));
    }

    /** The follower wants to go on from this offset. An answer to an older piece than the last answered says nothing new. */
    void answered(long offset, long round, long now) {
        if (round - answeredRound < 0 || offset > snapshot.state().size()) {
            return;
        }
        if (offset < acknowledged) {
            // Answers overtake each other: only one to a piece that was sent after the acknowledgement had come says
            // that what was acknowledged is gone.
            if (round - acknowledgedRound <= 0) {
                return;
            }
            sent = offset;
        }
        answeredRound = round;
        if (offset != acknowledged) {
            acknowledgedRound = sentRound;
            movedAt = now;
        }
        acknowledged = offset;
        sent = Math.max(sent, offset);
        isDelivered = offset == snapshot.state().size() && (offset > 0 || isEmptySent);
    }

    /**
     * The follower answered a later message than the last piece: if it hasn't acknowledged that piece for so long, the piece is lost. Not at once,
     * as pieces travel in a slower lane.
     */
    void overtakenBy(long round, long now, long patienceNanos) {
        if (round - sentRound > 0 && now - movedAt >= patienceNanos && !isDelivered) {
            sent = acknowledged;
            isEmptySent = false;
        }
    }
}
