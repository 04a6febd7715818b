package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.spi.StoredSnapshot;
import java.util.Arrays;

/**
 * A snapshot being received. Pieces are taken in order only; the room grows with what arrives, not with what was announced. It belongs
 * to one leader's term: another leader's snapshot of the same index need not have the same bytes. Single-threaded.
 */
final class SnapshotAssembly {
    private static final int FIRST_ROOM_BYTES = 64 << 10;

    private final long leaderTerm;
    private final long index;
    private final long snapshotTerm;
    private final int sizeBytes;
    private byte[] bytes;
    private int received;

    /** Begins with the announcement of any piece, whose size has been found acceptable. */
    SnapshotAssembly(InstallSnapshot piece) {
        leaderTerm = piece.term();
        index = piece.index();
        snapshotTerm = piece.snapshotTerm();
        sizeBytes = (int) piece.sizeBytes();
        bytes = new byte[Math.min(sizeBytes, FIRST_ROOM_BYTES)];
    }

    boolean isOf(InstallSnapshot piece) {
        return leaderTerm == piece.term()
                && index == piece.index()
                && snapshotTerm == piece.snapshotTerm()
                && sizeBytes == piece.sizeBytes();
    }

    /** Takes a piece if it's the next one; any other is passed over, and {@link #offset} says where to go on. */
    void add(InstallSnapshot piece) {
        int length = piece.chunk().size();
        if (piece.offset() != received || length > sizeBytes - received) {
            return;
        }
        if (bytes.length - received < length) {
            long room = Math.max(2L * bytes.length, (long) received + length);
            bytes = Arrays.copyOf(bytes, (int) Math.min(sizeBytes, room));
        }
        System.arraycopy(piece.chunk().array(), 0, bytes, received, length);
        received += length;
    }

    long offset() {
        return received;
    }

    boolean isComplete() {
        return received == sizeBytes;
    }

    /** The whole, once complete. The assembly must not be used afterwards. */
    StoredSnapshot snapshot(InstallSnapshot piece) {
        return new StoredSnapshot(index, snapshotTerm, piece.stampMillis(), piece.config(), Bytes.wrap(bytes));
    }
}
