package io.sinkron.wal;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the records of the log in order and adds them up. A record that makes no sense at its place, although its checksums are right,
 * is refused with the reason: somebody wrote into our files. Not thread-safe.
 */
final class Replay {
    private final LogState state = new LogState();
    private final List<LogEntry> entries = new ArrayList<>();
    private boolean begun;
    private long provenTo;

    LogState state() {
        return state;
    }

    /** The entries of the log, in order and without a gap. */
    List<LogEntry> entries() {
        return entries;
    }

    /** The place before which the log itself says that everything was durable. */
    long provenTo() {
        return provenTo;
    }

    /**
     * Takes the next record.
     *
     * @return why it cannot be, or null if all is well
     */
    String apply(Slot.Valid record, SegmentView view, int offset) {
        boolean isFirst = offset == 0;
        if (isFirst != (record.type() == RecordType.SEGMENT)) {
            return "record of type " + record.type() + ", and only the first one of a segment is its head";
        }
        return switch (record.type()) {
            case SEGMENT -> segment(record, view);
            case INCARNATION -> incarnation(record);
            case HARD_STATE -> hardState(record);
            case TRUNCATE -> truncate(record);
            case ENTRY -> entry(record);
            case RESET -> reset(record);
            case SYNCED -> {
                provenTo = Math.max(provenTo, record.index());
                yield null;
            }
            case SEAL -> null;
        };
    }

    private String segment(Slot.Valid record, SegmentView view) {
        ByteBuffer payload = record.payload();
        if (payload.remaining() != RecordFormat.SEGMENT_PAYLOAD_BYTES
                || payload.getLong() != RecordFormat.SEGMENT_MAGIC
                || record.index() < 1) {
            return "this isn't the head of a segment";
        }
        int version = payload.getInt();
        int bytes = payload.getInt();
        if (version != RecordFormat.FORMAT_VERSION) {
            return "format version " + version + ", of another release: this one reads and writes "
                    + RecordFormat.FORMAT_VERSION + " only";
        }
        if (bytes != view.size()) {
            return "the segment was made with " + bytes + " bytes and now has " + view.size();
        }
        if (!begun) {
            begun = true;
            state.terms().restartedAt(record.index());
        } else if (record.index() != state.terms().next()) {
            return "segment begins at entry " + record.index() + " where "
                    + state.terms().next() + " comes next";
        }
        state.opened(view.number());
        provenTo = RecordFormat.place(view.number(), 0);
        return null;
    }

    private String incarnation(Slot.Valid record) {
        if (record.index() < state.incarnation()) {
            return "incarnation " + record.index() + " after " + state.incarnation();
        }
        state.started(record.index());
        return null;
    }

    private String hardState(Slot.Valid record) {
        if (record.term() < state.hardState().term()) {
            return "term " + record.term() + " after " + state.hardState().term();
        }
        String candidate = StandardCharsets.UTF_8.decode(record.payload()).toString();
        try {
            Optional<NodeId> votedFor = candidate.isEmpty() ? Optional.empty() : Optional.of(NodeId.of(candidate));
            state.voted(new HardState(record.term(), votedFor, record.index()));
            return null;
        } catch (IllegalArgumentException e) {
            return "a hard state that cannot be: " + e.getMessage();
        }
    }

    private String truncate(Slot.Valid record) {
        long from = record.index();
        if (from < 1 || from > state.terms().next()) {
            return "truncation from " + from + " where " + state.terms().next() + " comes next";
        }
        long keep = Math.max(0, from - state.terms().first());
        entries.subList((int) Math.min(keep, entries.size()), entries.size()).clear();
        state.truncated(from);
        return null;
    }

    private String entry(Slot.Valid record) {
        ByteBuffer payload = record.payload();
        if (record.index() != state.terms().next()
                || record.term() < 1
                || payload.remaining() < RecordFormat.STAMP_BYTES) {
            return "entry " + record.index() + " of term " + record.term() + " and " + payload.remaining()
                    + " bytes where entry " + state.terms().next() + " comes next";
        }
        try {
            long stamp = payload.getLong();
            LogEntry.Kind kind = LogEntry.Kind.ofCode(record.kind());
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            entries.add(new LogEntry(record.index(), record.term(), stamp, kind, Bytes.wrap(bytes)));
            state.appended(record.term());
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private String reset(Slot.Valid record) {
        if (record.index() < 1) {
            return "reset behind snapshot " + record.index();
        }
        entries.clear();
        state.reset(record.index());
        return null;
    }
}
