package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.spi.StoredSnapshot;
import java.util.Arrays;

/**
 * One snapshot on its way to one follower, in pieces: a few ahead of the acknowledgement, and again from where the follower says it
 * stands when something got lost. The follower's word on the offset is final, in either direction: it may have restarted. Single-threaded.
 */
final class SnapshotTransfer {
    private final StoredSnapshot snapshot;
    private long acknowledged;
    private long sent;
    private boolean isEmptySent;
    private boolean isDelivered;
    private long answeredRound;
    private long sentRound;

    SnapshotTransfer(StoredSnapshot snapshot, long lastRound) {
        this.snapshot = snapshot;
        this.answeredRound = lastRound;
        this.sentRound = lastRound;
    }

    StoredSnapshot snapshot() {
        return snapshot;
    }

    /** Whether the follower has all pieces; it may not have installed them yet. */
    boolean isDelivered() {
        return isDelivered;
    }

    boolean canSend(RaftOptions options) {
        long size = snapshot.state().size();
        if (size == 0) {
            return !isEmptySent;
        }
        long window = (long) options.snapshotChunkBytes() * options.maxInFlightChunks();
        return sent < size && sent - acknowledged < window;
    }

    InstallSnapshot nextChunk(RaftOptions options, long term, long round) {
        int size = snapshot.state().size();
        int from = (int) sent;
        int to = (int) Math.min(size, sent + options.snapshotChunkBytes());
        sent = to;
        isEmptySent = true;
        sentRound = round;
        return new InstallSnapshot(
                term,
                round,
                snapshot.index(),
                snapshot.term(),
                snapshot.stampMillis(),
                snapshot.config(),
                size,
                from,
                Bytes.wrap(Arrays.copyOfRange(snapshot.state().array(), from, to)));
    }

    /** The follower wants to go on from this offset. An answer to an older piece than the last answered says nothing new. */
    void answered(long offset, long round) {
        if (round - answeredRound < 0 || offset > snapshot.state().size()) {
            return;
        }
        answeredRound = round;
        if (offset < acknowledged) {
            sent = offset;
        }
        acknowledged = offset;
        sent = Math.max(sent, offset);
        isDelivered = offset == snapshot.state().size() && isEmptySent;
    }

    /** The follower answered a later message than the last piece: if it hasn't acknowledged that piece, the piece is lost. */
    void overtakenBy(long round) {
        if (round - sentRound > 0 && !isDelivered) {
            sent = acknowledged;
            isEmptySent = false;
        }
    }
}
