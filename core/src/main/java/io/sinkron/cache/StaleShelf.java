package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.util.HashMap;
import java.util.Map;

/**
 * The values that were readable when this node's lease ended, for readers who would rather have an old one than none
 * ({@link PartitionPolicy#SERVE_STALE}). It stands beside the lines, where nobody looks but {@link ReadMode#STALE_OK}: no strict reader can meet one of
 * its values, in whatever order it sees the lease come and go. Filled and emptied by the node's thread, read by any.
 */
final class StaleShelf {
    private final boolean isUsed;
    private volatile Map<Bytes, CacheAnswer.Value> values = Map.of();

    StaleShelf(PartitionPolicy policy) {
        this.isUsed = policy == PartitionPolicy.SERVE_STALE;
    }

    /** The lease is over: what could be read until now is kept, and nothing else. No more than the table holds. */
    void fill(Iterable<Line> lines) {
        if (!isUsed) {
            return;
        }
        Map<Bytes, CacheAnswer.Value> kept = new HashMap<>();
        for (Line line : lines) {
            CacheAnswer.Value hit = line.hit();
            if (hit != null) {
                kept.put(hit.key(), hit.asStale());
            }
        }
        values = kept;
    }

    /** The lease is back: everything is thrown away. */
    void clear() {
        values = Map.of();
    }

    /** A value, null if there is none. */
    CacheAnswer.Value get(Bytes key) {
        return values.get(key);
    }

    int size() {
        return values.size();
    }
}
