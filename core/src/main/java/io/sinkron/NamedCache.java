package io.sinkron;

import io.sinkron.cache.CacheAnswer.States;
import io.sinkron.cache.ReadMode;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A coherent cache with a name and types of its own, one of many that a cluster may have. Every node that opens it with {@link Sinkron#cache(CacheConfig)} has the
 * same entries: a read finds the last write that ended before it, at whichever node, and one of a key that this node has a copy of is answered without lock or
 * network. See {@link CacheConfig} for what can be set.
 *
 * <pre>{@code
 * NamedCache<String, Long> stock = node.cache(CacheConfig.of("stock", CacheCodec.utf8(), CacheCodec.longs()).build());
 * stock.put("apples", 10L);
 * stock.merge("apples", -3L, Long::sum);     // atomic in the whole cluster
 * stock.get("apples");                       // Optional[7]
 * }</pre>
 *
 * <p>Each operation has an asynchronous form, which takes {@link CallOptions}, and a blocking one, which ends by the cache's own
 * {@link CacheConfig#timeout}. Failures are the {@link SinkronException} family. A blocking form that is called from a function of a computed update throws
 * {@link IllegalStateException} at once. With an idempotency key in the options a repeated write has one effect.
 *
 * <p>There is one object for each name and node; closing it closes it for all who use it there. Thread-safe.
 *
 * @param <K> keys
 * @param <V> values; what is read is decoded anew for each reader, who may change it
 */
public interface NamedCache<K, V> extends AutoCloseable {
    /** The most keys of one bulk call. */
    int MAX_BULK_KEYS = 1_000;

    /** The cache's name. */
    default String name() {
        return config().name();
    }

    /** What the cache is at this node. */
    CacheConfig<K, V> config();

    /**
     * Done when this node has found the cache, or founded it; fails with {@link CacheMismatchException} if other nodes use it with other codecs. No call needs to wait
     * for it: each finds out for itself.
     */
    CompletionStage<Void> whenOpen();

    /**
     * Reads a key. If it is absent and there is a loader, then it is loaded, once for all nodes that ask for it meanwhile. Fails with {@link LoadFailedException} if
     * that fails, with {@link UnavailableException} if it takes longer than the call may.
     *
     * @param mode how sure a copy that this node has must be; what it hasn't is read for sure in every mode
     * @return the entry; empty if there is none, and the loader found none
     */
    CompletionStage<Optional<CacheEntry<V>>> get(K key, ReadMode mode, CallOptions options);

    /** {@link #get(Object, ReadMode, CallOptions)} in the cache's own mode. */
    default CompletionStage<Optional<CacheEntry<V>>> get(K key, CallOptions options) {
        return get(key, config().readMode(), options);
    }

    /** {@link #get(Object, CallOptions)}, blocking: the value alone. */
    default Optional<V> get(K key) {
        return Blocking.join(() -> get(key, defaults())).map(CacheEntry::value);
    }

    /** {@link #get(Object, CallOptions)}, blocking. */
    default Optional<CacheEntry<V>> getEntry(K key) {
        return Blocking.join(() -> get(key, defaults()));
    }

    /** Reads a key that this node has a valid copy of; empty if it hasn't, then {@link #get} asks. Never blocks, never loads, and may be called anywhere. */
    Optional<CacheEntry<V>> getIfLocal(K key, ReadMode mode);

    /** {@link #getIfLocal(Object, ReadMode)} in the cache's own mode. */
    default Optional<CacheEntry<V>> getIfLocal(K key) {
        return getIfLocal(key, config().readMode());
    }

    /** Writes a key; answered with its version. With a writer, the writer has it then; {@link WriterFailedException} if it failed. */
    CompletionStage<Long> put(K key, V value, PutOptions how, CallOptions options);

    /** {@link #put(Object, Object, PutOptions, CallOptions)}, blocking, as the cache has it. */
    default long put(K key, V value) {
        return Blocking.join(() -> put(key, value, PutOptions.DEFAULT, defaults()));
    }

    /** {@link #put(Object, Object, PutOptions, CallOptions)}, blocking, for so long: zero for ever. */
    default long put(K key, V value, Duration timeToLive) {
        return Blocking.join(() -> put(key, value, PutOptions.DEFAULT.living(timeToLive), defaults()));
    }

    /** Writes a key that is absent from the cache; nothing is loaded. Answered with what is there instead; empty if the value was put. */
    CompletionStage<Optional<CacheEntry<V>>> putIfAbsent(K key, V value, PutOptions how, CallOptions options);

    /** {@link #putIfAbsent(Object, Object, PutOptions, CallOptions)}, blocking. */
    default Optional<V> putIfAbsent(K key, V value) {
        return Blocking.join(() -> putIfAbsent(key, value, PutOptions.DEFAULT, defaults()))
                .map(CacheEntry::value);
    }

    /** Writes a key that is there. Answered with its new version; empty if it is absent. */
    CompletionStage<OptionalLong> replace(K key, V value, PutOptions how, CallOptions options);

    /** {@link #replace(Object, Object, PutOptions, CallOptions)}, blocking: whether there was something. */
    default boolean replace(K key, V value) {
        return Blocking.join(() -> replace(key, value, PutOptions.DEFAULT, defaults()))
                .isPresent();
    }

    /** Writes a key if it has this version, 1 at least. Answered with the new one; fails with {@link VersionMismatchException}, which names the present one. */
    CompletionStage<Long> replace(K key, long version, V value, PutOptions how, CallOptions options);

    /** {@link #replace(Object, long, Object, PutOptions, CallOptions)}, blocking. */
    default long replace(K key, long version, V value) {
        return Blocking.join(() -> replace(key, version, value, PutOptions.DEFAULT, defaults()));
    }

    /** Removes a key. Answered with whether there was something. With a writer, the writer has removed it then, also if the cache had nothing. */
    CompletionStage<Boolean> remove(K key, CallOptions options);

    /** {@link #remove(Object, CallOptions)}, blocking. */
    default boolean remove(K key) {
        return Blocking.join(() -> remove(key, defaults()));
    }

    /** Removes a key if it has this version, 1 at least; fails with {@link VersionMismatchException}, which names the present one. */
    CompletionStage<Void> remove(K key, long version, CallOptions options);

    /** {@link #remove(Object, long, CallOptions)}, blocking. */
    default void remove(K key, long version) {
        Blocking.join(() -> remove(key, version, defaults()));
    }

    /**
     * Computes what a key shall have from what it has, atomically in the whole cluster and once: this node gets the key to itself, and the function runs while it has.
     * It runs on the node's own thread: it must be short (a millisecond is long) and may neither block nor do I/O. Absent keys aren't loaded.
     *
     * <p>If it throws, the call fails with {@link ComputeFailedException}, whose cause that is, and nothing is written.
     *
     * @param function takes the key and its value, null if it is absent; returns the new one, null to remove it
     * @return what the key has then; empty if nothing, and where an idempotency key shows that the call was done before and the value has been overwritten since
     */
    CompletionStage<Optional<CacheEntry<V>>> compute(
            K key, BiFunction<? super K, ? super V, ? extends V> function, PutOptions how, CallOptions options);

    /** {@link #compute(Object, BiFunction, PutOptions, CallOptions)}, blocking. */
    default Optional<V> compute(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        return Blocking.join(() -> compute(key, function, PutOptions.DEFAULT, defaults()))
                .map(CacheEntry::value);
    }

    /** As {@link #compute(Object, BiFunction, PutOptions, CallOptions)}, if the key is absent; the function may return null for nothing. */
    CompletionStage<Optional<CacheEntry<V>>> computeIfAbsent(
            K key, Function<? super K, ? extends V> function, PutOptions how, CallOptions options);

    /** {@link #computeIfAbsent(Object, Function, PutOptions, CallOptions)}, blocking. */
    default Optional<V> computeIfAbsent(K key, Function<? super K, ? extends V> function) {
        return Blocking.join(() -> computeIfAbsent(key, function, PutOptions.DEFAULT, defaults()))
                .map(CacheEntry::value);
    }

    /** As {@link #compute(Object, BiFunction, PutOptions, CallOptions)}, if the key is there. */
    CompletionStage<Optional<CacheEntry<V>>> computeIfPresent(
            K key, BiFunction<? super K, ? super V, ? extends V> function, PutOptions how, CallOptions options);

    /** {@link #computeIfPresent(Object, BiFunction, PutOptions, CallOptions)}, blocking. */
    default Optional<V> computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        return Blocking.join(() -> computeIfPresent(key, function, PutOptions.DEFAULT, defaults()))
                .map(CacheEntry::value);
    }

    /**
     * Puts a value if the key is absent, and otherwise what the function makes of both, as {@link #compute(Object, BiFunction, PutOptions, CallOptions)} does.
     *
     * @param function takes the value that is there and the given one; returns the new one, null to remove the key
     */
    CompletionStage<Optional<CacheEntry<V>>> merge(
            K key,
            V value,
            BiFunction<? super V, ? super V, ? extends V> function,
            PutOptions how,
            CallOptions options);

    /** {@link #merge(Object, Object, BiFunction, PutOptions, CallOptions)}, blocking. */
    default Optional<V> merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> function) {
        return Blocking.join(() -> merge(key, value, function, PutOptions.DEFAULT, defaults()))
                .map(CacheEntry::value);
    }

    /**
     * {@link #get(Object, CallOptions)} for many keys at the same time, each on its own.
     *
     * @param keys {@link #MAX_BULK_KEYS} at most, or the stage fails with {@link BadRequestException}; repeated ones count once
     * @return never fails for a key's failure
     */
    CompletionStage<BulkResult<K, Optional<CacheEntry<V>>>> getAll(Collection<? extends K> keys, CallOptions options);

    /** {@link #getAll(Collection, CallOptions)}, blocking. */
    default BulkResult<K, Optional<CacheEntry<V>>> getAll(Collection<? extends K> keys) {
        return Blocking.join(() -> getAll(keys, defaults()));
    }

    /** {@link #put(Object, Object, PutOptions, CallOptions)} for many keys at the same time, each on its own; answered with the versions. Limits as in {@link #getAll}. */
    CompletionStage<BulkResult<K, Long>> putAll(
            Map<? extends K, ? extends V> entries, PutOptions how, CallOptions options);

    /** {@link #putAll(Map, PutOptions, CallOptions)}, blocking. */
    default BulkResult<K, Long> putAll(Map<? extends K, ? extends V> entries) {
        return Blocking.join(() -> putAll(entries, PutOptions.DEFAULT, defaults()));
    }

    /** {@link #remove(Object, CallOptions)} for many keys at the same time, each on its own. Limits as in {@link #getAll}. */
    CompletionStage<BulkResult<K, Boolean>> removeAll(Collection<? extends K> keys, CallOptions options);

    /** {@link #removeAll(Collection, CallOptions)}, blocking. */
    default BulkResult<K, Boolean> removeAll(Collection<? extends K> keys) {
        return Blocking.join(() -> removeAll(keys, defaults()));
    }

    /**
     * Empties the cache at one instant, whatever its size: no read that begins after the stage is done finds an entry that was there before, at any node. The writer is
     * not told: the next reads load anew.
     */
    CompletionStage<Void> invalidateAll(CallOptions options);

    /** {@link #invalidateAll(CallOptions)}, blocking. */
    default void invalidateAll() {
        Blocking.join(() -> invalidateAll(defaults()));
    }

    /**
     * Tells a listener of the changes that are made from about now on, at any node. It takes a moment until all nodes know of it.
     *
     * @return ends it; {@link ClusterService.Subscription#lost} counts the events that it was too slow for
     */
    ClusterService.Subscription listen(CacheListener<K> listener);

    /** This node's numbers. */
    CacheStatistics statistics();

    /** The state of a key's copy at every node; no atomic snapshot. */
    CompletionStage<States> lineStates(K key, CallOptions options);

    /**
     * Empties the cache at all nodes and frees its name for other codecs; closes it here. Nodes that still have it open use it on, empty: whoever uses it first decides
     * on the codecs.
     */
    CompletionStage<Void> destroy(CallOptions options);

    /** {@link #destroy(CallOptions)}, blocking. */
    default void destroy() {
        Blocking.join(() -> destroy(defaults()));
    }

    /** Closes the cache at this node: its entries here are let go, listeners hear nothing more, later calls fail with {@link CacheClosedException}. Idempotent. */
    @Override
    void close();

    private CallOptions defaults() {
        return CallOptions.DEFAULT.within(config().timeout());
    }
}
