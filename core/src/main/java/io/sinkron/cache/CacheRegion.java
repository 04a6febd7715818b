package io.sinkron.cache;

import io.sinkron.common.Answer;
import java.util.Objects;

/**
 * The part of a node's table that the lines of one named cache may take: a capacity and an order of recency of their own. A region's lines count
 * within the node's whole limits as well. Immutable.
 *
 * @param name the cache's name, as in {@link CacheKeys}
 * @param maxEntries the most lines of that cache at this node, 1 to 2^30
 * @param maxBytes the most bytes of their keys and values, 1 at least; passed by dirty lines on their way out, and until a turn ends
 */
public record CacheRegion(String name, int maxEntries, long maxBytes) {
    /** The most regions a node has. */
    public static final int MAX_REGIONS = 1_024;

    private static final int MAX_ENTRIES = 1 << 30;

    /**
     * Checks all of them.
     *
     * @throws IllegalArgumentException for a name or a limit out of range
     */
    public CacheRegion {
        Objects.requireNonNull(name, "name");
        CacheKeys.nameBytes(name);
        if (maxEntries < 1 || maxEntries > MAX_ENTRIES) {
            throw new IllegalArgumentException("maxEntries is " + maxEntries + ", allowed are 1 to " + MAX_ENTRIES);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + ", at least 1 is allowed");
        }
    }

    /**
     * What declaring or removing a region is answered with. Immutable.
     *
     * @param name the cache's name
     * @param existed whether there was such a region before
     */
    public record Changed(String name, boolean existed) implements Answer {}
}
