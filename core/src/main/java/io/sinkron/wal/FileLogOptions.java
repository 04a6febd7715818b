package io.sinkron.wal;

/**
 * The sizes of a {@link FileLogStore}. Immutable. They may change between starts: segments that are there keep their size.
 *
 * @param segmentBytes the size of a segment file, preallocated; 4 KiB to 1 GiB in steps of 4 KiB, default 64 MiB. Larger means fewer
 *     files and rolls (each roll costs one fsync more), smaller means that disk space comes back sooner after a snapshot. A batch that is
 *     longer gets a segment as long as it needs
 * @param maxRecordBytes the longest payload of one log entry; 1 KiB to 16 MiB and 1 KiB below the segment's
 *     size, default 16 MiB. A longer entry is refused; on disk, more than 16 MiB is damage whatever this says, which bounds what recovery allocates
 * @param writeBufferBytes the buffer that a batch is put together in, written in one call; 4 KiB to 64 MiB, default 1 MiB. A batch
 *     that is longer takes several writes; a single longer record makes the buffer grow
 */
public record FileLogOptions(int segmentBytes, int maxRecordBytes, int writeBufferBytes) {
    /** 64 MiB segments, records up to 16 MiB, a buffer of 1 MiB. */
    public static final FileLogOptions DEFAULT = new FileLogOptions(64 << 20, 16 << 20, 1 << 20);

    /** What a segment needs beside its longest record: its head (segment, incarnation and hard state records) and its seal. */
    static final int SEGMENT_OVERHEAD_BYTES = 1024;

    /** Segments are as long as so many blocks. */
    static final int BLOCK_BYTES = 4096;

    /** Rejects sizes outside their range. */
    public FileLogOptions {
        require("segmentBytes", segmentBytes, BLOCK_BYTES, RecordFormat.MAX_SEGMENT_BYTES);
        require("maxRecordBytes", maxRecordBytes, 1024, Math.min(16 << 20, segmentBytes - SEGMENT_OVERHEAD_BYTES));
        require("writeBufferBytes", writeBufferBytes, BLOCK_BYTES, 64 << 20);
        if (segmentBytes % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("segmentBytes " + segmentBytes + " is not a multiple of " + BLOCK_BYTES);
        }
    }

    /** Small segments, with the longest record and a buffer to match: for tests, simulations and small logs. */
    public static FileLogOptions ofSegmentBytes(int segmentBytes) {
        int record = Math.min(16 << 20, segmentBytes - SEGMENT_OVERHEAD_BYTES);
        return new FileLogOptions(segmentBytes, record, Math.min(1 << 20, segmentBytes));
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", allowed are " + min + " to " + max + " bytes");
        }
    }
}
