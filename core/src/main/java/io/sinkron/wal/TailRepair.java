package io.sinkron.wal;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What is written to existing segments when the log is opened, before anything new. */
final class TailRepair {
    private static final int PIECE_BYTES = 1 << 20;

    private TailRepair() {}

    /**
     * Overwrites the torn tail with zeros, so that no record of it can ever seem to follow on what is written there next, and so that
     * a later tear leaves zeros again.
     */
    static void zero(Disk.File file, int from, int to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(Math.min(PIECE_BYTES, to - from));
        for (int offset = from; offset < to; offset += zeros.limit()) {
            zeros.clear().limit(Math.min(zeros.capacity(), to - offset));
            file.write(offset, zeros);
        }
    }

    /**
     * Writes again what is read. After a failed fsync the kernel may hold pages as clean that never reached the disk; a process that
     * restarts on the same kernel reads them, and its own fsync would skip them. Rewritten, they are dirty again.
     */
    static void rewrite(Disk.File file, int from, int to) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(Math.min(PIECE_BYTES, Math.max(0, to - from)));
        for (int offset = from; offset < to; offset += piece.limit()) {
            piece.clear().limit(Math.min(piece.capacity(), to - offset));
            if (file.read(offset, piece) < piece.limit()) {
                throw new IOException("segment ended at " + (offset + piece.position()) + " while it was read again");
            }
            file.write(offset, piece.flip());
        }
    }
}
