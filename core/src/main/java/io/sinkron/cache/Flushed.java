package io.sinkron.cache;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import java.util.List;

/**
 * What {@link CacheNode#flush} and {@link CacheNode#close} are answered with: which written values main memory doesn't have. Immutable.
 *
 * @param remaining how many lines those are; 0 when all is saved
 * @param atRisk how many of them no other node holds either: they are lost if this node stops now
 * @param first the first of them, in the order in which they became dirty; {@link #MAX_LISTED} at most
 */
public record Flushed(int remaining, int atRisk, List<Unsaved> first) implements Answer {
    /** The most lines that are listed. */
    public static final int MAX_LISTED = 100;

    /** All is saved. */
    public static final Flushed ALL = new Flushed(0, 0, List.of());

    /** Copies the list. */
    public Flushed {
        first = List.copyOf(first);
    }

    /**
     * A line that main memory doesn't have. Immutable.
     *
     * @param key the line's, as in {@link CacheKeys}
     * @param version the newest version written here
     * @param isBackedUp whether another node holds this version, and brings it to main memory when this node has left the view
     */
    public record Unsaved(Bytes key, long version, boolean isBackedUp) {}
}
