package io.sinkron.wal;

import java.io.IOException;

/**
 * Reads segments in order, record by record, and adds the records up, as far as they are right: each in itself, at its own place, following
 * on the one before, and making sense there. Decides nothing about what is found behind. Not thread-safe.
 */
final class LogScan {
    private final RecordReader reader;
    private final Replay replay = new Replay();
    private boolean hasBegun;
    private int chain;

    LogScan(RecordReader reader) {
        this.reader = reader;
    }

    /**
     * Where the right records of a segment end.
     *
     * @param offset the place behind the last of them
     * @param isSealed whether that was a seal
     * @param damage why the record there cannot be, although it's right in itself; null if there is none, or it is the seal
     */
    record Stop(int offset, boolean isSealed, String damage) {}

    /** What the records add up to. */
    Replay replay() {
        return replay;
    }

    /** The checksum of the last record. */
    int chain() {
        return chain;
    }

    /** Whether the head of a segment was there. */
    boolean hasBegun() {
        return hasBegun;
    }

    /** Replays the segment that follows on those replayed before. */
    Stop read(SegmentView view) throws IOException {
        int offset = 0;
        while (reader.read(view, offset) instanceof Slot.Valid record) {
            if (hasBegun && record.chain() != chain) {
                return new Stop(offset, false, "this record doesn't follow on the one before (a lost or stale write)");
            }
            String reason = replay.apply(record, view, offset);
            if (reason != null) {
                return new Stop(offset, false, reason);
            }
            hasBegun = true;
            chain = record.crc();
            offset += record.size();
            if (record.type() == RecordType.SEAL) {
                return new Stop(offset, true, null);
            }
        }
        return new Stop(offset, false, null);
    }
}
