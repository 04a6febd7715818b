package io.sinkron.wal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Looks behind the first place of the log that isn't a right record: is there proof that the place was durable once, so that it must
 * have been damaged since? And where does the last thing written end? Reads every word behind, which happens only at a start.
 */
final class TailInspector {
    private final RecordReader reader;
    private int contentEnd;
    private int proofAt = -1;

    TailInspector(RecordReader reader) {
        this.reader = reader;
    }

    /** Behind the last byte that isn't zero, in the segment last inspected; its beginning offset if all are. */
    int contentEnd() {
        return contentEnd;
    }

    /** The offset, in the segment last inspected, of a record that proves the damage, or -1. */
    int proofAt() {
        return proofAt;
    }

    /**
     * Inspects the rest of the segment that has the place: a synced mark from behind the place is proof. Other records are none: writes
     * that no fsync separates reach the disk in any order.
     */
    void inspectRest(SegmentView view, int from) throws IOException {
        inspect(view, from, RecordFormat.place(view.number(), from));
    }

    /** Inspects a later segment: any record in it is proof, for a segment is begun only when all before are durable. */
    void inspectLater(SegmentView view) throws IOException {
        inspect(view, 0, -1);
    }

    private void inspect(SegmentView view, int from, long place) throws IOException {
        contentEnd = from;
        proofAt = -1;
        for (int offset = from; offset + Long.BYTES <= view.size(); offset += RecordFormat.ALIGNMENT) {
            ByteBuffer window = view.window(offset, Math.min(RecordFormat.HEADER_BYTES, view.size() - offset));
            int at = view.indexOf(offset);
            if (window.getLong(at) == 0) {
                continue;
            }
            contentEnd = offset + Long.BYTES;
            if (isProof(view, window, at, offset, place)) {
                proofAt = offset;
                return;
            }
        }
    }

    private boolean isProof(SegmentView view, ByteBuffer window, int at, int offset, long place) throws IOException {
        if (view.size() - offset < RecordFormat.sizeOf(0)
                || window.getLong(at + RecordFormat.PLACE_AT) != RecordFormat.place(view.number(), offset)) {
            return false;
        }
        return reader.read(view, offset) instanceof Slot.Valid record
                && (place < 0 || record.type() == RecordType.SYNCED && record.index() > place);
    }
}
