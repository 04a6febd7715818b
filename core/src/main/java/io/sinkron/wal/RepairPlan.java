package io.sinkron.wal;

import java.util.List;
import java.util.Optional;

/**
 * What {@link LogRepair} would do to a log, or has done. Immutable.
 *
 * @param directory where
 * @param damage the first damage: why a start refuses; empty if it wouldn't
 * @param steps the changes, in order; empty if there is nothing to repair
 * @param keptIndex the highest index that is left, of an entry or of the snapshot; 0 for none
 * @param seenIndex the highest index in anything that is right, so that {@code keptIndex + 1} to it are the entries known to go. There may
 *     have been more, in what cannot be read
 * @param identity which server the node is from now on; 0 if it stays the one it was, as nothing can have been lost
 */
public record RepairPlan(
        String directory,
        Optional<LogReport.Damage> damage,
        List<Step> steps,
        long keptIndex,
        long seenIndex,
        long identity) {
    /** Takes an immutable copy. */
    public RepairPlan {
        steps = List.copyOf(steps);
    }

    /** Whether anything is to be repaired. */
    public boolean isNeeded() {
        return !steps.isEmpty();
    }

    /** A change of one file. */
    public sealed interface Step {
        /** The file that it's about. */
        String file();
    }

    /**
     * Everything from an offset to the end of a segment is overwritten with zeros.
     *
     * @param copy the file that has its old content
     */
    public record Cut(String file, long offset, long sizeBytes, String copy) implements Step {}

    /**
     * A file is renamed, so that a start doesn't find it.
     *
     * @param copy its new name
     */
    public record SetAside(String file, long sizeBytes, String copy) implements Step {}

    /**
     * The new identity is written, as the last record of a segment.
     *
     * @param incarnation the start that the repair counts as, which is the identity too
     * @param term the term that the log goes on in
     */
    public record NewServer(String file, long incarnation, long term) implements Step {}
}
