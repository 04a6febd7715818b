package io.sinkron.spi;

import io.sinkron.common.Bytes;
import java.util.List;
import java.util.Objects;

/**
 * The value of one cache key as it travels and as main memory keeps it. A deleted key keeps a tombstone, so that versions grow over a
 * delete and a late write-back cannot bring it back.
 *
 * @param version grows with every write of the key, below 2^53: {@code max(previous + 1, epoch << 32)}, so that no two owners ever give
 *     one number to two values
 * @param deleted whether this is a tombstone
 * @param value the bytes; empty for a tombstone
 * @param expiresAtMillis when the value ends, in cluster time; 0 for never. For a tombstone: until when the key is claimed by somebody who loads
 *     it; to main memory that is a tombstone like any other
 * @param recent the last writes that came with an idempotency key, oldest first; a bounded list
 */
public record MemoryValue(long version, boolean deleted, Bytes value, long expiresAtMillis, List<RecentWrite> recent) {
    /** The most writes remembered for a key. */
    public static final int MAX_RECENT = 16;

    /** What a key has that was never written: version 0, absent. */
    public static final MemoryValue ABSENT = new MemoryValue(0, true, Bytes.EMPTY, 0, List.of());

    /** Takes an immutable copy of the list. */
    public MemoryValue {
        Objects.requireNonNull(value, "value");
        recent = List.copyOf(recent);
    }

    /**
     * A write that may be repeated by its client.
     *
     * @param key the idempotency key
     * @param fingerprint a hash of the request
     * @param version what the write was answered with
     * @param deleted for a delete: whether there was something to delete
     * @param atMillis when it was done, in cluster time; forgotten after 5 minutes
     */
    public record RecentWrite(String key, long fingerprint, long version, boolean deleted, long atMillis) {}
}
