package io.sinkron;

import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.Flushed;
import io.sinkron.common.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * Which written cache entries were not in main memory when a node stopped. Immutable.
 *
 * @param isKnown whether the node could tell; false if it had stopped before, or was stuck, and then the rest says nothing
 * @param unsaved how many entries main memory did not have
 * @param atRisk how many of them no other node held either: these writes are lost. The others are brought to main memory by the node that holds them,
 *     when this one has left the view
 * @param first the first of the unsaved ones, the oldest first; {@link Flushed#MAX_LISTED} at most
 */
public record ShutdownReport(boolean isKnown, int unsaved, int atRisk, List<Unsaved> first) {
    /** Copies the list. */
    public ShutdownReport {
        first = List.copyOf(first);
    }

    /**
     * An entry that main memory did not have. Immutable.
     *
     * @param cache the name of its cache, empty for the unnamed one
     * @param key as its user knows it
     * @param version the newest version written at the node
     * @param isBackedUp whether another node held that version
     */
    public record Unsaved(String cache, Bytes key, long version, boolean isBackedUp) {}

    /** Whether all was saved. */
    public boolean isClean() {
        return isKnown && unsaved == 0;
    }

    static ShutdownReport of(Optional<Flushed> flushed) {
        return flushed.map(report -> new ShutdownReport(
                        true,
                        report.remaining(),
                        report.atRisk(),
                        report.first().stream().map(ShutdownReport::unsaved).toList()))
                .orElse(new ShutdownReport(false, 0, 0, List.of()));
    }

    private static Unsaved unsaved(Flushed.Unsaved line) {
        return new Unsaved(
                CacheKeys.region(line.key()), CacheKeys.visible(line.key()), line.version(), line.isBackedUp());
    }
}
