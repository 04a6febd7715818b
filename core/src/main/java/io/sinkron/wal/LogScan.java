package io.sinkron.wal;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.util.List;

/**
 * Reads segments in order, record by record, and adds the records up, as far as they are right: each in itself, at its own place, following
 * on the one before, and making sense there. Decides nothing about what is found behind. Not thread-safe.
 *
 * <p>A batch counts from its last record on. If the right records end within one, they were added up already: then the log is read once more,
 * up to there ({@link #upTo}), which only a start after a crash has to do. So all records are held to the same rules, and none is undone.
 */
final class LogScan {
    private final RecordReader reader;
    private final Replay replay = new Replay();
    private final long limit;
    private boolean hasBegun;
    private int chain;
    private int committedChain;
    /** The record before in the batch that is read, null between two. */
    private RecordType before;

    LogScan(RecordReader reader) {
        this(reader, Long.MAX_VALUE);
    }

    private LogScan(RecordReader reader, long limit) {
        this.reader = reader;
        this.limit = limit;
    }

    /**
     * What the log says up to a place.
     *
     * @param segments the segments that a scan has read to that place, in order
     * @param place behind the last whole batch that it found
     * @throws IOException if a segment cannot be read, or isn't what it was a moment ago
     */
    static LogScan upTo(Disk disk, RecordReader reader, List<Integer> segments, long place) throws IOException {
        LogScan scan = new LogScan(reader, place);
        long end = -1;
        for (int number : segments) {
            String name = SegmentFiles.name(number);
            try (Disk.File file = disk.open(name, false)) {
                end = RecordFormat.place(
                        number, scan.read(new SegmentView(number, name, file)).offset());
            }
        }
        if (end != place) {
            throw new IOException("the log in " + disk.describe() + " changed while it was read");
        }
        return scan;
    }

    /**
     * Where the right records of a segment end.
     *
     * @param offset the place behind the last of them, or of what is damaged
     * @param committed the place behind the last whole batch
     * @param isSealed whether that was a seal
     * @param damage why what is there cannot be, although it's right in itself; null if there is none, or it is the seal
     */
    record Stop(int offset, int committed, boolean isSealed, String damage) {}

    /** What the records add up to. */
    Replay replay() {
        return replay;
    }

    /** The checksum of the last record of the last whole batch. */
    int chain() {
        return committedChain;
    }

    /** Whether records were added up whose batch has no end: {@link #replay} is ahead of the log then. */
    boolean isWithinBatch() {
        return before != null;
    }

    /** Whether the head of a segment was there. */
    boolean hasBegun() {
        return hasBegun;
    }

    /** Replays the segment that follows on those replayed before. */
    Stop read(SegmentView view) throws IOException {
        int offset = 0;
        int committed = 0;
        while (RecordFormat.place(view.number(), offset) < limit
                && reader.read(view, offset) instanceof Slot.Valid record) {
            if (hasBegun && record.chain() != chain) {
                return new Stop(
                        offset,
                        committed,
                        false,
                        "this record doesn't follow on the one before (a lost or stale write)");
            }
            if (!record.type().mayFollow(before)) {
                return new Stop(committed, committed, false, unfinished(record.type(), offset));
            }
            String reason = replay.apply(record, view, offset);
            if (reason != null) {
                return new Stop(offset, committed, false, reason);
            }
            hasBegun = true;
            chain = record.crc();
            offset += record.size();
            before = record.type();
            if (record.commits()) {
                before = null;
                committed = offset;
                committedChain = chain;
            }
            if (record.type() == RecordType.SEAL) {
                return new Stop(offset, committed, true, null);
            }
        }
        return new Stop(offset, committed, false, null);
    }

    /** What is wrong with a batch behind whose right records another one begins: nothing is written behind half a batch. */
    static String unfinished(RecordType next, int offset) {
        return "a batch that was never finished, although the log goes on behind it: " + next + " at offset " + offset;
    }
}
