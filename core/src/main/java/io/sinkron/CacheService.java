package io.sinkron;

import io.sinkron.cache.CacheAnswer.Deleted;
import io.sinkron.cache.CacheAnswer.States;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.LineState;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The coherent cache: reads are linearizable, and a read of a line that this node has is answered without lock or network. Thread-safe; every
 * stage ends by its timeout, and fails with a {@link SinkronException}.
 */
public interface CacheService {
    /** {@link #get(Bytes, ReadMode, CallOptions)}, strict: linearizable. */
    default CompletionStage<Optional<Value>> get(Bytes key, CallOptions options) {
        return get(key, ReadMode.STRICT, options);
    }

    /**
     * Reads a key; empty if there is no such key. The mode says how sure this node must be of its own copy; without one that will do it asks the
     * cluster, and that answer is linearizable in every mode. Who reads {@link ReadMode#STALE_OK} gets at once what this node has, though it may be
     * cut off; {@link Value#isStale} tells. Nobody else ever gets such a value, whatever the node's {@link io.sinkron.cache.PartitionPolicy}.
     */
    CompletionStage<Optional<Value>> get(Bytes key, ReadMode mode, CallOptions options);

    /** {@link #getIfLocal(Bytes, ReadMode)}, strict. */
    default Value getIfLocal(Bytes key) {
        return getIfLocal(key, ReadMode.STRICT);
    }

    /**
     * Reads a key that this node has a copy of; null if it hasn't, or isn't as sure of it as the mode asks: then {@link #get(Bytes, ReadMode,
     * CallOptions)} asks. Never blocks, and allocates nothing for a key that doesn't begin with a zero byte.
     */
    Value getIfLocal(Bytes key, ReadMode mode);

    /** {@link #get}, blocking, text for text. */
    default Optional<String> get(String key) {
        return Blocking.join(() -> get(Bytes.utf8(key), CallOptions.DEFAULT))
                .map(v -> v.value().asUtf8());
    }

    /**
     * Writes a key.
     *
     * @param ifVersion only if the key has this version; 0: only if it is absent; -1: in any case
     * @param ttl how long the value lives; zero for ever
     */
    CompletionStage<Written> put(
            Bytes key, Bytes value, long ifVersion, Duration ttl, Durability durability, CallOptions options);

    /** {@link #put}, backed up, for ever, in any case; blocking, text for text; returns the version. */
    default long put(String key, String value) {
        return Blocking.join(() -> put(
                        Bytes.utf8(key),
                        Bytes.utf8(value),
                        -1,
                        Duration.ZERO,
                        Durability.BACKED_UP,
                        CallOptions.DEFAULT))
                .version();
    }

    /** Deletes a key; {@code ifVersion} as in {@link #put}. */
    CompletionStage<Deleted> delete(Bytes key, long ifVersion, Durability durability, CallOptions options);

    /** {@link #delete}, backed up, in any case; blocking; whether there was something to delete. */
    default boolean delete(String key) {
        return Blocking.join(() -> delete(Bytes.utf8(key), -1, Durability.BACKED_UP, CallOptions.DEFAULT))
                .deleted();
    }

    /** The state of a key's copy at every node; no atomic snapshot. */
    CompletionStage<States> states(Bytes key, CallOptions options);

    /** This node's lines, those of named caches as well, in order of the keys' bytes, from behind {@code after} on. */
    List<Line> lines(Bytes after, int limit);

    /** This node's numbers, of all caches. */
    Stats stats();

    /** One line of this node; {@link io.sinkron.cache.CacheKeys} says how the names of caches stand in keys. */
    record Line(Bytes key, LineState state, long version, boolean dirty) {}

    /**
     * Counters since the start, and the table's size and capacity in lines. The last three are of audits of lines whose home is this node, if
     * {@link io.sinkron.cache.CacheOptions#auditIntervalNanos} asks for them: found coherent, without a verdict, and found wrong, which is a defect.
     */
    record Stats(
            long capacity,
            long size,
            long hits,
            long misses,
            long invalidations,
            long writeBacks,
            long evictions,
            long audited,
            long inconclusive,
            long violations) {}
}
