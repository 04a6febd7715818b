package io.sinkron;

import java.util.Objects;

/**
 * A value as it was read or written. Immutable if its value is.
 *
 * @param value never null
 * @param version grows with every write of the key, over removals too; greater than 0. {@link NamedCache#replace(Object, long, Object, PutOptions,
 *     CallOptions)} and {@link NamedCache#remove(Object, long, CallOptions)} compare it
 * @param expiresAtMillis when the entry ends by the cluster's time, in milliseconds since 1970; 0 for never. With a maximum idle time, reads put this off
 * @param isStale whether this may be outdated: only where stale reads were asked for
 */
public record CacheEntry<V>(V value, long version, long expiresAtMillis, boolean isStale) {
    /** Rejects a missing value. */
    public CacheEntry {
        Objects.requireNonNull(value, "value");
    }
}
