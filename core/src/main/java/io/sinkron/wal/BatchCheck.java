package io.sinkron.wal;

import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import java.util.List;

/** Refuses a batch that doesn't follow on the log, before a byte of it is written: a caller's mistake must not become a damaged log. */
final class BatchCheck {
    private BatchCheck() {}

    /**
     * @return what the batch's records take, in bytes, at most
     * @throws IllegalArgumentException if something in the batch cannot be
     */
    static long require(LogBatch batch, LogState state, long snapshotIndex, int maxPayloadBytes) {
        if (batch.hardState().isPresent()) {
            requireFollows(state.hardState(), batch.hardState().get());
        }
        long next = state.terms().next();
        long from = batch.truncateFrom();
        if (from < 0
                || from > next
                || from > 0 && (from <= snapshotIndex || from < state.terms().first())) {
            throw refused("truncation from " + from + " in a log of entries "
                    + state.terms().first() + " to " + (next - 1) + " with a snapshot at " + snapshotIndex);
        }
        long expected = from > 0 ? from : next;
        long bytes = SegmentWriter.BESIDE_ENTRIES_BYTES;
        List<LogEntry> entries = batch.entries();
        for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            if (entry.index() != expected + i) {
                throw refused("entry " + entry.index() + " where " + (expected + i) + " comes next");
            }
            if (entry.payload().size() > maxPayloadBytes) {
                throw refused("entry " + entry.index() + " has "
                        + entry.payload().size() + " bytes, the limit maxRecordBytes is " + maxPayloadBytes);
            }
            bytes += RecordFormat.sizeOf(
                    RecordFormat.STAMP_BYTES + entry.payload().size());
        }
        if (bytes > SegmentWriter.MAX_BATCH_BYTES) {
            throw refused("its records take " + bytes + " bytes, and a batch lies in one segment, which has room for "
                    + SegmentWriter.MAX_BATCH_BYTES + " at most");
        }
        return bytes;
    }

    /** Terms never fall, and there is one vote a term: what was promised to a candidate cannot be taken back by a write. */
    private static void requireFollows(HardState stored, HardState next) {
        boolean changesVote = next.term() == stored.term()
                && stored.votedFor().isPresent()
                && !stored.votedFor().equals(next.votedFor());
        if (next.term() < stored.term() || changesVote) {
            throw refused(next + " after " + stored);
        }
    }

    private static IllegalArgumentException refused(String reason) {
        return new IllegalArgumentException("the log refuses a batch: " + reason);
    }
}
