package io.sinkron;

import io.sinkron.common.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the nodes of a cluster know together about a named cache, kept in a line of the cache itself. Immutable.
 *
 * @param generation part of every entry's key, 1 at least: raising it empties the cache at one instant, at all nodes
 * @param format what every user of the cache must agree on; empty after the cache was destroyed, until somebody uses it again
 */
record CacheDescriptor(long generation, String format) {
    private static final byte VERSION = 1;

    /** A version byte, the generation in eight, the format in UTF-8. */
    Bytes encode() {
        byte[] text = format.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES + text.length)
                .put(VERSION)
                .putLong(generation)
                .put(text)
                .array());
    }

    static CacheDescriptor decode(Bytes bytes) {
        if (bytes.size() <= Long.BYTES || bytes.at(0) != VERSION) {
            throw new IllegalStateException("no descriptor of a cache that this release can read: " + bytes);
        }
        ByteBuffer buffer = bytes.buffer();
        long generation = buffer.getLong(1);
        return new CacheDescriptor(
                generation,
                StandardCharsets.UTF_8.decode(buffer.position(1 + Long.BYTES)).toString());
    }

    /** The next generation, in the same format. */
    CacheDescriptor emptied() {
        return new CacheDescriptor(generation + 1, format);
    }

    /** The next generation, open for any format. The number goes on: what was there before must not come back. */
    CacheDescriptor destroyed() {
        return new CacheDescriptor(generation + 1, "");
    }
}
