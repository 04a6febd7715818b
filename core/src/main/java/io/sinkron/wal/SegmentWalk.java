package io.sinkron.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through one segment from its first byte to its last, whatever is in it: behind a place that isn't a right record it looks for the next
 * one. For reports only: what a log is worth is decided by {@link LogScan}, which stops at the first such place. Not thread-safe.
 */
final class SegmentWalk {
    private final RecordReader reader;
    private final List<Gap> gaps = new ArrayList<>();
    private int records;
    private int entries;
    private long firstIndex;
    private long lastIndex;
    private long incarnation;
    private long provenTo;
    private boolean isSealed;

    SegmentWalk(RecordReader reader) {
        this.reader = reader;
    }

    /**
     * A place without a right record.
     *
     * @param offset where
     * @param reason what is wrong there
     * @param isBroken whether no crash can have left it; otherwise that depends on what follows
     */
    record Gap(int offset, String reason, boolean isBroken) {}

    /** Walks. Called once. */
    void walk(SegmentView view) throws IOException {
        int offset = 0;
        int chain = 0;
        boolean knowsChain = false;
        int batch = 0;
        RecordType before = null;
        while (offset < view.size() && !isSealed) {
            Slot slot = reader.read(view, offset);
            if (slot instanceof Slot.Valid record) {
                if (knowsChain && record.chain() != chain) {
                    gaps.add(new Gap(offset, "this record doesn't follow on the one before", true));
                }
                if (!record.type().mayFollow(before)) {
                    gaps.add(new Gap(batch, LogScan.unfinished(record.type(), offset), true));
                    before = null;
                }
                batch = before == null ? offset : batch;
                before = record.commits() ? null : record.type();
                count(record);
                knowsChain = true;
                chain = record.crc();
                offset += record.size();
            } else {
                int next = nextRecord(view, offset + RecordFormat.ALIGNMENT);
                boolean isEnd = slot instanceof Slot.Unwritten && next == view.size();
                if (!isEnd || records == 0) {
                    gaps.add(gap(slot, offset, next, view.size()));
                }
                knowsChain = false;
                before = null;
                offset = next;
            }
        }
    }

    private static Gap gap(Slot slot, int offset, int next, int size) {
        String upTo = next < size ? ", " + (next - offset) + " bytes up to the next right record" : "";
        if (slot instanceof Slot.Broken broken) {
            return new Gap(offset, broken.reason() + upTo, true);
        }
        String reason =
                slot instanceof Slot.Torn ? "a record with unwritten sectors" : "zeros where a record should be";
        return new Gap(offset, reason + upTo, false);
    }

    private int nextRecord(SegmentView view, int from) throws IOException {
        for (int offset = from; offset + RecordFormat.sizeOf(0) <= view.size(); offset += RecordFormat.ALIGNMENT) {
            ByteBuffer window = view.window(offset, RecordFormat.HEADER_BYTES);
            long place = window.getLong(view.indexOf(offset) + RecordFormat.PLACE_AT);
            if (place == RecordFormat.place(view.number(), offset) && reader.read(view, offset) instanceof Slot.Valid) {
                return offset;
            }
        }
        return view.size();
    }

    private void count(Slot.Valid record) {
        records++;
        switch (record.type()) {
            case ENTRY -> {
                entries++;
                firstIndex = firstIndex == 0 ? record.index() : Math.min(firstIndex, record.index());
                lastIndex = Math.max(lastIndex, record.index());
            }
            case INCARNATION, HARD_STATE -> incarnation = Math.max(incarnation, record.index());
            case SYNCED -> provenTo = Math.max(provenTo, record.index());
            case SEAL -> isSealed = true;
            case SEGMENT, TRUNCATE, RESET -> {}
        }
    }

    /** What it comes to. */
    LogReport.Segment report(SegmentView view) {
        return new LogReport.Segment(view.name(), view.size(), records, entries, firstIndex, lastIndex, isSealed);
    }

    /** The places that were no records, and that no crash can have left, given whether a later segment was begun. */
    List<LogReport.Damage> damages(SegmentView view, boolean isProvenByLater) {
        List<LogReport.Damage> damages = new ArrayList<>();
        for (Gap gap : gaps) {
            boolean wasDurable = isProvenByLater || RecordFormat.place(view.number(), gap.offset()) < provenTo;
            if (gap.isBroken() || wasDurable) {
                damages.add(new LogReport.Damage(view.name(), gap.offset(), gap.reason()));
            }
        }
        return damages;
    }

    /** Whether any record in it is right. */
    boolean hasRecords() {
        return records > 0;
    }

    /** The highest incarnation or identity in it, 0 for none. */
    long incarnation() {
        return incarnation;
    }

    /** The highest index of an entry in it, 0 for none. */
    long lastIndex() {
        return lastIndex;
    }
}
