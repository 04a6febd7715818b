package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.spi.StoredSnapshot;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * A snapshot being received. A few pieces may overtake others; the room grows with what arrives, not with what was announced. It belongs
 * to one leader's term: another leader's snapshot of the same index need not have the same bytes. Single-threaded.
 */
final class SnapshotAssembly {
    private static final int FIRST_ROOM_BYTES = 64 << 10;

    /** How many pieces may wait for one that they have overtaken; more than a leader sends ahead by default. */
    private static final int MAX_EARLY_PIECES = 16;

    private final long leaderTerm;
    private final long index;
    private final long snapshotTerm;
    private final int sizeBytes;
    private final TreeMap<Long, Bytes> early = new TreeMap<>();
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

    /** Takes a piece, also one that has overtaken others; {@link #offset} says where to go on. */
    void add(InstallSnapshot piece) {
        if (piece.offset() > received) {
            if (early.size() < MAX_EARLY_PIECES && piece.chunk().size() <= sizeBytes - piece.offset()) {
                early.putIfAbsent(piece.offset(), piece.chunk());
            }
            return;
        }
        add(piece.offset(), piece.chunk());
        while (!early.isEmpty() && early.firstKey() <= received) {
            var next = early.pollFirstEntry();
            add(next.getKey(), next.getValue());
        }
    }

    private void add(long offset, Bytes chunk) {
        int length = chunk.size();
        if (offset != received || length > sizeBytes - received) {
            return;
        }
        if (bytes.length - received < length) {
            long room = Math.max(2L * bytes.length, (long) received + length);
            bytes = Arrays.copyOf(bytes, (int) Math.min(sizeBytes, room));
        }
        System.arraycopy(chunk.array(), 0, bytes, received, length);
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
