package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The replicated memory of which commands have been applied and how they were answered, so that a command which is proposed again after a lost
 * reply has one effect (Ongaro 2014, section 6.3). One row for each origin: its incarnation, the lowest sequence that is still open there, and
 * what is known above. Part of the replicated state: deterministic, no clock.
 *
 * <p>An acquire that waits is known to its origin as applied, so the origin no longer holds the row's low end for it; how it ended is kept among
 * the row's late answers, the newest {@value #MAX_LATE_ANSWERS} of them, for an origin that jumps over the grant by installing a snapshot.
 */
final class AnswerTable {
    /** The most late answers kept for an origin. */
    static final int MAX_LATE_ANSWERS = 4_096;

    /** The most numbers that a row spans; an origin bounds itself well below, so only a broken one is ever refused here. */
    static final int MAX_SPAN = 1 << 22;

    private static final Answer PENDING = new Answer() {
        @Override
        public String toString() {
            return "pending";
        }
    };

    private final TreeMap<NodeId, Row> rows = new TreeMap<>();

    /** What {@link #begin} found. */
    enum Seen {
        /** A new command: apply it. */
        NEW,
        /** Applied before, or no longer of interest to its origin: don't. */
        BEFORE
    }

    /** Called with each command before it is applied. */
    Seen begin(CommandId id, long answeredBelow) {
        Row row = rows.get(id.origin());
        if (row == null || row.incarnation < id.incarnation()) {
            row = new Row(id.incarnation(), 1);
            rows.put(id.origin(), row);
        }
        if (row.incarnation > id.incarnation()) {
            return Seen.BEFORE;
        }
        Window<Answer> known = row.known;
        known.dropBelow(Math.min(answeredBelow, id.sequence()));
        boolean isTooFar = id.sequence() - known.low() >= MAX_SPAN;
        if (isTooFar || id.sequence() < known.low() || known.get(id.sequence()) != null) {
            return Seen.BEFORE;
        }
        known.put(id.sequence(), PENDING);
        return Seen.NEW;
    }

    /** Remembers an answer. */
    void answered(CommandId id, Answer answer) {
        Row row = rows.get(id.origin());
        if (row == null || row.incarnation != id.incarnation()) {
            return;
        }
        if (id.sequence() >= row.known.low()) {
            row.known.put(id.sequence(), answer);
            return;
        }
        row.late.put(id.sequence(), answer);
        if (row.late.size() > MAX_LATE_ANSWERS) {
            row.late.remove(row.late.keySet().iterator().next());
        }
    }

    /**
     * Makes sure that a command which was not applied yet never will be: its origin has given it up. Returns whether it was new.
     */
    boolean forbid(CommandId id, Answer instead) {
        if (begin(id, 0) == Seen.BEFORE) {
            return false;
        }
        answered(id, instead);
        return true;
    }

    /** What a command was answered with: empty if it isn't known, or was applied and still waits. */
    Optional<Answer> answer(CommandId id) {
        Row row = rows.get(id.origin());
        if (row == null || row.incarnation != id.incarnation()) {
            return Optional.empty();
        }
        Answer answer = id.sequence() >= row.known.low() ? row.known.get(id.sequence()) : row.late.get(id.sequence());
        return Optional.ofNullable(answer == PENDING ? null : answer);
    }

    /** The incarnation whose commands are accepted, 0 for an origin never heard of. */
    long incarnation(NodeId origin) {
        Row row = rows.get(origin);
        return row == null ? 0 : row.incarnation;
    }

    /** All rows, in order of their origins. */
    List<RowSnapshot> snapshot() {
        List<RowSnapshot> all = new ArrayList<>(rows.size());
        for (Map.Entry<NodeId, Row> entry : rows.entrySet()) {
            Row row = entry.getValue();
            List<Remembered> known = new ArrayList<>();
            for (long at = row.known.low(); at < row.known.next(); at++) {
                Answer answer = row.known.get(at);
                if (answer != null) {
                    known.add(new Remembered(at, Optional.ofNullable(answer == PENDING ? null : answer)));
                }
            }
            List<Remembered> late = new ArrayList<>();
            row.late.forEach((sequence, answer) -> late.add(new Remembered(sequence, Optional.of(answer))));
            all.add(new RowSnapshot(entry.getKey(), row.incarnation, row.known.low(), known, late));
        }
        return all;
    }

    /** The table of a snapshot. */
    static AnswerTable restore(List<RowSnapshot> rows) {
        AnswerTable table = new AnswerTable();
        for (RowSnapshot from : rows) {
            Row row = new Row(from.incarnation(), from.low());
            for (Remembered item : from.known()) {
                row.known.put(item.sequence(), item.answer().orElse(PENDING));
            }
            from.late()
                    .forEach(item -> row.late.put(item.sequence(), item.answer().orElse(PENDING)));
            table.rows.put(from.origin(), row);
        }
        return table;
    }

    /** One origin's row. */
    record RowSnapshot(NodeId origin, long incarnation, long low, List<Remembered> known, List<Remembered> late) {}

    /** One command: its answer, or empty while it waits. */
    record Remembered(long sequence, Optional<Answer> answer) {}

    private static final class Row {
        final long incarnation;
        final Window<Answer> known;
        final LinkedHashMap<Long, Answer> late = new LinkedHashMap<>();

        Row(long incarnation, long low) {
            this.incarnation = incarnation;
            this.known = new Window<>(low);
        }
    }
}
