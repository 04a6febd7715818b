package io.sinkron;

import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.common.Bytes;
import io.sinkron.common.XxHash64;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/**
 * How a named cache's keys and values stand in their lines. A value: a byte of flags; where it may be idle for a bounded time only, eight bytes that say when the entry
 * ends at the latest (in cluster time, 0 for never), since the line's own end moves with every use; then the codec's bytes. Thread-safe.
 */
final class EntryFormat<K, V> {
    private static final int LOADED = 1;
    private static final int IDLE = 2;
    private static final int MAX_KEY_BYTES = 512;
    private static final int MAX_SHOWN_CHARACTERS = 80;

    private final CacheConfig<K, V> config;
    private final int maxValueBytes;
    private final long idleMillis;

    EntryFormat(CacheConfig<K, V> config, int maxValueBytes) {
        this.config = config;
        this.maxValueBytes = maxValueBytes;
        this.idleMillis = config.maxIdle().toMillis();
    }

    /**
     * A value on its way into a line.
     *
     * @param bytes as the line has them
     * @param lineMillis how long the line lives, 0 for ever
     */
    record Stored(Bytes bytes, long lineMillis) {}

    /** A key's bytes; fails with {@link CodecException} or {@link BadRequestException}. */
    Bytes key(K key) {
        Objects.requireNonNull(key, "key");
        Bytes bytes;
        try {
            bytes = Objects.requireNonNull(config.keys().encode(key), "the codec returned null");
        } catch (RuntimeException failed) {
            throw failed(config.keys(), "key", shown(key), failed);
        }
        Arguments.range("key", bytes.size(), 1, MAX_KEY_BYTES);
        return bytes;
    }

    /** The key of some bytes; fails with {@link CodecException}. */
    K keyOf(Bytes bytes) {
        try {
            return Objects.requireNonNull(config.keys().decode(bytes), "the codec returned null");
        } catch (RuntimeException failed) {
            throw failed(config.keys(), "key", bytes.toString(), failed);
        }
    }

    /**
     * A value that is written now; fails with {@link CodecException} or {@link BadRequestException}.
     *
     * @param isLoaded whether it comes from the loader, not from a caller
     */
    Stored stored(K key, V value, boolean isLoaded, long ttlMillis, long clusterMillis) {
        Objects.requireNonNull(value, "value");
        byte[] bytes;
        try {
            bytes = Objects.requireNonNull(config.values().encode(value), "the codec returned null")
                    .array();
        } catch (RuntimeException failed) {
            throw failed(config.values(), "value", shown(key), failed);
        }
        boolean isIdle = idleMillis > 0;
        int head = isIdle ? 1 + Long.BYTES : 1;
        Arguments.range("value", bytes.length, 0, maxValueBytes - (1 + Long.BYTES));
        ByteBuffer stored = ByteBuffer.allocate(head + bytes.length);
        stored.put((byte) ((isLoaded ? LOADED : 0) | (isIdle ? IDLE : 0)));
        long endMillis = ttlMillis == 0 ? 0 : clusterMillis + ttlMillis;
        if (isIdle) {
            stored.putLong(endMillis);
        }
        return new Stored(
                Bytes.wrap(stored.put(bytes).array()), isIdle ? idleLineMillis(endMillis, clusterMillis) : ttlMillis);
    }

    /** How long the line of an entry lives that is used now: one and a half idle times, or until its end. */
    private long idleLineMillis(long endMillis, long clusterMillis) {
        long idle = idleMillis + idleMillis / 2;
        return endMillis == 0 ? idle : Math.min(idle, Math.max(1, endMillis - clusterMillis));
    }

    /** The value of a line's bytes; fails with {@link CodecException}. */
    V valueOf(K key, Bytes stored) {
        try {
            return Objects.requireNonNull(
                    config.values().decode(Bytes.wrap(payload(stored))), "the codec returned null");
        } catch (RuntimeException failed) {
            throw failed(config.values(), "value", shown(key), failed);
        }
    }

    /** What a read of a line found. */
    CacheEntry<V> entry(K key, Value read) {
        return new CacheEntry<>(valueOf(key, read.value()), read.version(), read.expiresAtMillis(), read.isStale());
    }

    /** A hash of the codec's bytes: the same for the same value, whenever it is put. */
    static long hash(Bytes stored) {
        return XxHash64.hash(payload(stored), 0);
    }

    private static byte[] payload(Bytes stored) {
        int head = (stored.at(0) & IDLE) == 0 ? 1 : 1 + Long.BYTES;
        return Arrays.copyOfRange(stored.array(), head, stored.size());
    }

    /** Whether the loader has brought the value. */
    static boolean isLoaded(Bytes stored) {
        return (stored.at(0) & LOADED) != 0;
    }

    /** How long the line of an entry has to live from now on that is used now; 0 if it needn't be written for that. */
    long renewedMillis(Bytes stored, long leftMillis, long clusterMillis) {
        if (idleMillis == 0 || (stored.at(0) & IDLE) == 0 || leftMillis >= idleMillis) {
            return 0;
        }
        long renewed = idleLineMillis(stored.buffer().getLong(1), clusterMillis);
        return renewed > leftMillis ? renewed : 0;
    }

    /** A time to live in milliseconds, checked; 0 for ever. */
    static long ttlMillis(Duration ttl) {
        return ttl.isZero() ? 0 : Arguments.millis("timeToLive", ttl, 1, CacheConfig.MAX_TTL_MILLIS);
    }

    /** A key for people to read. */
    static String shown(Object key) {
        String text = String.valueOf(key);
        return text.length() <= MAX_SHOWN_CHARACTERS ? text : text.substring(0, MAX_SHOWN_CHARACTERS) + "…";
    }

    private CodecException failed(CacheCodec<?> codec, String part, String key, RuntimeException thrown) {
        return new CodecException(
                new CacheRefusal.CodecFailed(config.name(), codec.id(), part, key, thrown.toString()), thrown);
    }
}
