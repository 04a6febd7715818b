package io.sinkron;

import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.PartitionPolicy;
import io.sinkron.cache.ReadMode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * What a {@link NamedCache} is at a node. The codecs must be the same at all nodes, and are compared; the rest may differ from node to node, as in the middle of
 * an upgrade. Immutable.
 *
 * @param name 1 to 64 bytes of UTF-8; caches of different names share nothing
 * @param keys how keys become bytes: 1 to 512 of them
 * @param values how values become bytes: half of the node's {@code maxCommandBytes} at most, 4 MiB by default
 * @param maxEntries the most entries at this node, within the node's own limit; the one unused the longest leaves first; 1 to 2^30, default 16 384
 * @param maxBytes the most bytes of keys and values at this node, within the node's own limit; at least 64 KiB, default 64 MiB
 * @param timeToLive how long an entry lives after it was written; zero for ever, the default; at most 30 days
 * @param maxIdle how long an entry lives after it was last read or written; zero for ever, the default; 10 ms to 20 days. An entry goes between this time and one
 *     and a half times this time after its last use, for a read that finds less than this time left writes the entry anew: it gets a new version then, once per half
 *     of this time at most
 * @param durability when a write is answered; default {@link Durability#BACKED_UP}
 * @param readMode how sure a read must be that this node's copy is still valid; default {@link ReadMode#STRICT}
 * @param partitionPolicy what {@code get} does while this node is cut off; {@link PartitionPolicy#SERVE_STALE} needs the node's
 *     {@link io.sinkron.cache.CacheOptions#partitionPolicy} to be the same
 * @param loader gets what is absent; without one, it is absent
 * @param loadTimeout the longest that a load may take; 1 ms to 10 minutes, default 10 s
 * @param writer told of every write before the write is answered
 * @param writeTimeout the longest that a call of the writer may take; 1 ms to 10 minutes, default 10 s
 * @param executor runs loader, writer and listeners; they may block there. Default: the common pool
 * @param timeout of the calls that are made without {@link CallOptions}; 1 ms to 11 minutes, default 5 s
 */
public record CacheConfig<K, V>(
        String name,
        CacheCodec<K> keys,
        CacheCodec<V> values,
        int maxEntries,
        long maxBytes,
        Duration timeToLive,
        Duration maxIdle,
        Durability durability,
        ReadMode readMode,
        PartitionPolicy partitionPolicy,
        Optional<CacheLoader<K, V>> loader,
        Duration loadTimeout,
        Optional<CacheWriter<K, V>> writer,
        Duration writeTimeout,
        Executor executor,
        Duration timeout) {
    static final long MAX_TTL_MILLIS = 2_592_000_000L;
    private static final long MAX_IDLE_MILLIS = MAX_TTL_MILLIS * 2 / 3;
    private static final long MAX_CALL_MILLIS = 660_000;
    private static final long MAX_STORE_CALL_MILLIS = 600_000;

    /**
     * Rejects missing parts and values out of range.
     *
     * @throws BadRequestException naming the part, its value and its limits
     */
    public CacheConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(durability, "durability");
        Objects.requireNonNull(readMode, "readMode");
        Objects.requireNonNull(partitionPolicy, "partitionPolicy");
        Objects.requireNonNull(loader, "loader");
        Objects.requireNonNull(writer, "writer");
        Objects.requireNonNull(executor, "executor");
        checkName(name);
        checkId("keys", keys.id());
        checkId("values", values.id());
        Arguments.range("maxEntries", maxEntries, 1, 1 << 30);
        Arguments.range("maxBytes", maxBytes, 64 << 10, Long.MAX_VALUE);
        Arguments.millis("timeToLive", timeToLive, timeToLive.isZero() ? 0 : 1, MAX_TTL_MILLIS);
        Arguments.millis("maxIdle", maxIdle, maxIdle.isZero() ? 0 : 10, MAX_IDLE_MILLIS);
        Arguments.millis("loadTimeout", loadTimeout, 1, MAX_STORE_CALL_MILLIS);
        Arguments.millis("writeTimeout", writeTimeout, 1, MAX_STORE_CALL_MILLIS);
        Arguments.millis("timeout", timeout, 1, MAX_CALL_MILLIS);
    }

    private static void checkName(String name) {
        try {
            CacheKeys.nameBytes(name);
        } catch (IllegalArgumentException bad) {
            throw Arguments.bad("name", bad.getMessage());
        }
    }

    private static void checkId(String field, String id) {
        Arguments.range(field + ".id", id.length(), 1, CacheCodec.MAX_ID_CHARACTERS);
        if (!id.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw Arguments.bad(
                    field + ".id", "the codec's id '" + id + "' may have printable ASCII without spaces only");
        }
    }

    /** Begins a configuration with every default. */
    public static <K, V> Builder<K, V> of(String name, CacheCodec<K> keys, CacheCodec<V> values) {
        return new Builder<>(name, keys, values);
    }

    /** A configuration with every default of a cache from text to text. */
    public static Builder<String, String> of(String name) {
        return of(name, CacheCodec.utf8(), CacheCodec.utf8());
    }

    /** What all nodes must say alike. */
    String format() {
        return "keys=" + keys.id() + " values=" + values.id();
    }

    /** Whether two configurations of one name may share a cache in one process; codecs are compared by their ids. */
    boolean isSameAs(CacheConfig<?, ?> other) {
        return format().equals(other.format()) && parts().equals(other.parts());
    }

    private List<Object> parts() {
        return List.of(
                maxEntries,
                maxBytes,
                timeToLive,
                maxIdle,
                durability,
                readMode,
                partitionPolicy,
                loader,
                loadTimeout,
                writer,
                writeTimeout,
                executor,
                timeout);
    }

    /** Every part, for who compares two by eye. */
    String summary() {
        return format() + " " + parts();
    }

    /** Puts a configuration together. Not thread-safe. */
    public static final class Builder<K, V> {
        private final String name;
        private final CacheCodec<K> keys;
        private final CacheCodec<V> values;
        private int maxEntries = 16_384;
        private long maxBytes = 64L << 20;
        private Duration timeToLive = Duration.ZERO;
        private Duration maxIdle = Duration.ZERO;
        private Durability durability = Durability.BACKED_UP;
        private ReadMode readMode = ReadMode.STRICT;
        private PartitionPolicy partitionPolicy = PartitionPolicy.REFUSE;
        private CacheLoader<K, V> loader;
        private Duration loadTimeout = Duration.ofSeconds(10);
        private CacheWriter<K, V> writer;
        private Duration writeTimeout = Duration.ofSeconds(10);
        private Executor executor = ForkJoinPool.commonPool();
        private Duration timeout = Duration.ofSeconds(5);

        private Builder(String name, CacheCodec<K> keys, CacheCodec<V> values) {
            this.name = Objects.requireNonNull(name, "name");
            this.keys = Objects.requireNonNull(keys, "keys");
            this.values = Objects.requireNonNull(values, "values");
        }

        /** The most entries at this node. */
        public Builder<K, V> maxEntries(int entries) {
            maxEntries = entries;
            return this;
        }

        /** The most bytes of keys and values at this node. */
        public Builder<K, V> maxBytes(long bytes) {
            maxBytes = bytes;
            return this;
        }

        /** How long an entry lives after it was written; zero for ever. */
        public Builder<K, V> timeToLive(Duration time) {
            timeToLive = Objects.requireNonNull(time, "time");
            return this;
        }

        /** How long an entry lives after it was last used; zero for ever. */
        public Builder<K, V> maxIdle(Duration time) {
            maxIdle = Objects.requireNonNull(time, "time");
            return this;
        }

        /** When a write is answered. */
        public Builder<K, V> durability(Durability when) {
            durability = Objects.requireNonNull(when, "when");
            return this;
        }

        /** How sure a read must be that this node's copy is still valid. */
        public Builder<K, V> readMode(ReadMode mode) {
            readMode = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /** What reads do while this node is cut off. */
        public Builder<K, V> partitionPolicy(PartitionPolicy policy) {
            partitionPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Gets what is absent. */
        public Builder<K, V> loader(CacheLoader<K, V> from) {
            loader = Objects.requireNonNull(from, "from");
            return this;
        }

        /** The longest that a load may take. */
        public Builder<K, V> loadTimeout(Duration longest) {
            loadTimeout = Objects.requireNonNull(longest, "longest");
            return this;
        }

        /** Told of every write before the write is answered. */
        public Builder<K, V> writer(CacheWriter<K, V> to) {
            writer = Objects.requireNonNull(to, "to");
            return this;
        }

        /** The longest that a call of the writer may take. */
        public Builder<K, V> writeTimeout(Duration longest) {
            writeTimeout = Objects.requireNonNull(longest, "longest");
            return this;
        }

        /** Runs loader, writer and listeners. */
        public Builder<K, V> executor(Executor runner) {
            executor = Objects.requireNonNull(runner, "runner");
            return this;
        }

        /** Of the calls that are made without {@link CallOptions}. */
        public Builder<K, V> timeout(Duration longest) {
            timeout = Objects.requireNonNull(longest, "longest");
            return this;
        }

        /**
         * The configuration.
         *
         * @throws BadRequestException if a value is out of range
         */
        public CacheConfig<K, V> build() {
            return new CacheConfig<>(
                    name,
                    keys,
                    values,
                    maxEntries,
                    maxBytes,
                    timeToLive,
                    maxIdle,
                    durability,
                    readMode,
                    partitionPolicy,
                    Optional.ofNullable(loader),
                    loadTimeout,
                    Optional.ofNullable(writer),
                    writeTimeout,
                    executor,
                    timeout);
        }
    }
}
