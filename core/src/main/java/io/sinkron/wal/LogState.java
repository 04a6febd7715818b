package io.sinkron.wal;

import io.sinkron.spi.HardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the records of the log add up to, without the entries themselves. Recovery and the writing end take the same steps through it, so
 * that what is believed while writing is what will be believed after a restart. Not thread-safe.
 */
final class LogState {
    private final TermRuns terms = new TermRuns();
    private final Deque<Segment> segments = new ArrayDeque<>();
    private HardState hardState = HardState.INITIAL;
    private long incarnation;

    /** A segment file and the highest index among its entries that are still part of the log; 0 for none. */
    private static final class Segment {
        final int number;
        long highest;

        Segment(int number) {
            this.number = number;
        }
    }

    TermRuns terms() {
        return terms;
    }

    HardState hardState() {
        return hardState;
    }

    long incarnation() {
        return incarnation;
    }

    void started(long newIncarnation) {
        incarnation = newIncarnation;
    }

    void voted(HardState newHardState) {
        hardState = newHardState;
    }

    /** The log goes on in that segment file. */
    void opened(int segment) {
        segments.addLast(new Segment(segment));
    }

    /** The entry at the next index is written, in the newest segment. */
    void appended(long term) {
        segments.getLast().highest = terms.next();
        terms.appended(term);
    }

    /** The entries from an index on are removed, whichever segments they are in. */
    void truncated(long from) {
        terms.truncated(from);
        for (Segment segment : segments) {
            segment.highest = Math.min(segment.highest, from - 1);
        }
    }

    /** The log is empty and goes on behind a snapshot. */
    void reset(long snapshotIndex) {
        terms.restartedAt(snapshotIndex + 1);
        for (Segment segment : segments) {
            segment.highest = 0;
        }
    }

    /**
     * Gives up the entries up to an index.
     *
     * @return the segments, oldest first, that have nothing above it. The newest is never among them: its head holds the hard state and
     *     the incarnation
     */
    List<Integer> freed(long upTo) {
        terms.freed(upTo);
        List<Integer> free = new ArrayList<>();
        while (segments.size() > 1 && segments.getFirst().highest <= upTo) {
            free.add(segments.removeFirst().number);
        }
        return free;
    }
}
