package io.sinkron.wal;

import io.sinkron.spi.HardState;
import java.util.List;
import java.util.Optional;

/**
 * What {@link LogInspector} found in a directory. Immutable.
 *
 * @param directory where
 * @param segments the segment files, oldest first
 * @param snapshots the snapshot files, oldest first
 * @param damages everything wrong, what stops a start first; empty for a log that is whole
 * @param tornTail what the next start will cut off: writes that a crash interrupted and that nobody was told are durable
 * @param content what a start would find; empty if it would refuse
 * @param seen the highest numbers in any right record, whether or not a start would reach it
 */
public record LogReport(
        String directory,
        List<Segment> segments,
        List<Snapshot> snapshots,
        List<Damage> damages,
        Optional<Tail> tornTail,
        Optional<Content> content,
        Seen seen) {
    /** Takes immutable copies. */
    public LogReport {
        segments = List.copyOf(segments);
        snapshots = List.copyOf(snapshots);
        damages = List.copyOf(damages);
    }

    /** Whether nothing is damaged. A torn tail is no damage. */
    public boolean isWhole() {
        return damages.isEmpty();
    }

    /**
     * A segment file, by its right records alone.
     *
     * @param file its name
     * @param sizeBytes its size
     * @param records how many right records it has
     * @param entries how many of them are log entries
     * @param firstIndex the lowest index of an entry in it, 0 for none
     * @param lastIndex the highest one
     * @param isSealed whether the log goes on in the next one
     */
    public record Segment(
            String file, long sizeBytes, int records, int entries, long firstIndex, long lastIndex, boolean isSealed) {}

    /**
     * A snapshot file.
     *
     * @param file its name
     * @param sizeBytes its size
     * @param index the last log index that it holds, 0 if it cannot be read
     * @param term the term there
     */
    public record Snapshot(String file, long sizeBytes, long index, long term) {}

    /**
     * A place where something is wrong.
     *
     * @param file the file's name, or the name that a missing one should have
     * @param offset the first byte concerned, from the file's start
     * @param reason what was found and what should have been there
     */
    public record Damage(String file, long offset, String reason) {}

    /**
     * The torn tail.
     *
     * @param file the last segment
     * @param offset where the log ends
     * @param sizeBytes how much is behind it
     */
    public record Tail(String file, long offset, long sizeBytes) {}

    /**
     * What a start would find.
     *
     * @param incarnation the last start's number, 0 for a blank directory
     * @param hardState term, vote and identity
     * @param snapshotIndex the snapshot's index, 0 for none
     * @param firstIndex the first entry's index
     * @param lastIndex the last entry's index, one less than the first one's if there is no entry
     * @param terms the entries' terms, in order
     */
    public record Content(
            long incarnation,
            HardState hardState,
            long snapshotIndex,
            long firstIndex,
            long lastIndex,
            List<Term> terms) {
        /** Takes an immutable copy. */
        public Content {
            terms = List.copyOf(terms);
        }
    }

    /** Consecutive entries of one term, both ends included. */
    public record Term(long term, long firstIndex, long lastIndex) {}

    /**
     * The highest numbers in right records.
     *
     * @param incarnation of a start, or an identity
     * @param lastIndex of an entry, or a snapshot
     */
    public record Seen(long incarnation, long lastIndex) {}
}
