package io.sinkron;

import io.sinkron.CacheWrites.Decision;
import io.sinkron.CacheWrites.Rule;
import io.sinkron.cache.CacheAnswer.States;
import io.sinkron.cache.CacheAnswer.Updated.Effect;
import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.CacheRegion;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheStats;
import io.sinkron.cache.ReadMode;
import io.sinkron.cache.Updater;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** A named cache at this node: each operation is handed to those who read, write and load. */
final class TypedCache<K, V> implements NamedCache<K, V> {
    private static final long MAX_VERSION = 1L << 53;

    /** How long the founding may take until it is left to the first call. */
    private static final Duration OPENING = Duration.ofMinutes(1);

    private final CacheParts<K, V> parts;
    private final CacheReads<K, V> reads;
    private final CacheWrites<K, V> writes;
    private final CacheListeners<K> listeners;
    private final CompletionStage<Void> opened;
    private final Consumer<TypedCache<?, ?>> onClose;
    private volatile boolean isClosed;

    TypedCache(
            CacheConfig<K, V> config,
            CacheOptions options,
            LineCalls lines,
            ChangeFeed feed,
            Consumer<TypedCache<?, ?>> onClose) {
        this.parts = new CacheParts<>(
                config,
                lines,
                new CacheGeneration(config, lines),
                new EntryFormat<>(config, lines.maxValueBytes()),
                new UseCounters(config.name(), options.maxComputeNanos()));
        this.reads = new CacheReads<>(parts, config.loader().map(loader -> new CacheLoads<>(parts, loader)));
        this.writes = new CacheWrites<>(parts, config.writer().map(writer -> new WriteThrough<>(parts, writer)));
        this.listeners = new CacheListeners<>(parts, feed);
        this.onClose = onClose;
        this.opened = open();
    }

    private CompletionStage<Void> open() {
        CacheCall call = new CacheCall(parts.lines(), OPENING);
        // One place more than entries: for the line that says which generation is the present one.
        CacheRegion region = new CacheRegion(name(), config().maxEntries() + 1, config().maxBytes());
        return call.ending(parts.lines()
                .declare(region)
                .thenCompose(declared -> parts.generation().read(call))
                .thenAccept(generation -> {}));
    }

    @Override
    public CacheConfig<K, V> config() {
        return parts.config();
    }

    @Override
    public CompletionStage<Void> whenOpen() {
        return opened;
    }

    /** Makes a call of a cache that is open; what is wrong with its arguments fails the stage. */
    private <T> CompletionStage<T> open(Supplier<CompletionStage<T>> call) {
        return Arguments.checked(() -> {
            checkOpen();
            return call.get();
        });
    }

    private void checkOpen() {
        if (isClosed) {
            throw new CacheClosedException(new CacheRefusal.Closed(name()));
        }
    }

    @Override
    public CompletionStage<Optional<CacheEntry<V>>> get(K key, ReadMode mode, CallOptions options) {
        return open(() -> reads.get(key, mode, options));
    }

    @Override
    public Optional<CacheEntry<V>> getIfLocal(K key, ReadMode mode) {
        checkOpen();
        return Optional.ofNullable(reads.ifLocal(key, mode));
    }

    @Override
    public CompletionStage<Long> put(K key, V value, PutOptions how, CallOptions options) {
        return open(() -> writes.put(key, value, CacheRequest.ANY_VERSION, how, options));
    }

    @Override
    public CompletionStage<Optional<CacheEntry<V>>> putIfAbsent(K key, V value, PutOptions how, CallOptions options) {
        Objects.requireNonNull(value, "value");
        return open(() -> writes.update(
                key,
                how,
                options,
                "putIfAbsent",
                present -> present == null ? Decision.replace(value) : Decision.keep(),
                updated -> updated.effect() == Effect.KEPT ? writes.entry(key, updated) : Optional.empty()));
    }

    @Override
    public CompletionStage<OptionalLong> replace(K key, V value, PutOptions how, CallOptions options) {
        Objects.requireNonNull(value, "value");
        return open(() -> writes.update(
                key,
                how,
                options,
                "replace",
                present -> present == null ? Decision.keep() : Decision.replace(value),
                updated ->
                        updated.effect() == Effect.KEPT ? OptionalLong.empty() : OptionalLong.of(updated.version())));
    }

    @Override
    public CompletionStage<Long> replace(K key, long version, V value, PutOptions how, CallOptions options) {
        return open(() -> {
            Arguments.range("version", version, 1, MAX_VERSION);
            return writes.put(key, value, version, how, options);
        });
    }

    @Override
    public CompletionStage<Boolean> remove(K key, CallOptions options) {
        return open(() -> writes.remove(key, CacheRequest.ANY_VERSION, options, removed -> removed));
    }

    @Override
    public CompletionStage<Void> remove(K key, long version, CallOptions options) {
        return open(() -> {
            Arguments.range("version", version, 1, MAX_VERSION);
            return writes.remove(key, version, options, removed -> null);
        });
    }

    @Override
    public CompletionStage<Optional<CacheEntry<V>>> compute(
            K key, BiFunction<? super K, ? super V, ? extends V> function, PutOptions how, CallOptions options) {
        return computed(key, how, options, "compute", present -> {
            V next = function.apply(key, valueOf(key, present));
            return next == null && present == null ? Decision.keep() : Decision.replace(next);
        });
    }

    @Override
    public CompletionStage<Optional<CacheEntry<V>>> computeIfAbsent(
            K key, Function<? super K, ? extends V> function, PutOptions how, CallOptions options) {
        return computed(key, how, options, "computeIfAbsent", present -> {
            V next = present == null ? function.apply(key) : null;
            return next == null ? Decision.keep() : Decision.replace(next);
        });
    }

    @Override
    public CompletionStage<Optional<CacheEntry<V>>> computeIfPresent(
            K key, BiFunction<? super K, ? super V, ? extends V> function, PutOptions how, CallOptions options) {
        return computed(
                key,
                how,
                options,
                "computeIfPresent",
                present -> present == null
                        ? Decision.keep()
                        : Decision.replace(function.apply(key, valueOf(key, present))));
    }

    @Override
    public CompletionStage<Optional<CacheEntry<V>>> merge(
            K key,
            V value,
            BiFunction<? super V, ? super V, ? extends V> function,
            PutOptions how,
            CallOptions options) {
        Objects.requireNonNull(value, "value");
        return computed(
                key,
                how,
                options,
                "merge",
                present -> Decision.replace(present == null ? value : function.apply(valueOf(key, present), value)));
    }

    private V valueOf(K key, Updater.Present present) {
        return present == null ? null : parts.format().valueOf(key, present.value());
    }

    private CompletionStage<Optional<CacheEntry<V>>> computed(
            K key, PutOptions how, CallOptions options, String operation, Rule<V> rule) {
        return open(() -> writes.update(key, how, options, operation, rule, updated -> writes.entry(key, updated)));
    }

    @Override
    public CompletionStage<BulkResult<K, Optional<CacheEntry<V>>>> getAll(
            Collection<? extends K> keys, CallOptions options) {
        return open(() -> BulkCalls.each(keys, key -> get(key, options)));
    }

    @Override
    public CompletionStage<BulkResult<K, Long>> putAll(
            Map<? extends K, ? extends V> entries, PutOptions how, CallOptions options) {
        entries.values().forEach(value -> Objects.requireNonNull(value, "value"));
        return open(() -> BulkCalls.each(entries.keySet(), key -> put(key, entries.get(key), how, options)));
    }

    @Override
    public CompletionStage<BulkResult<K, Boolean>> removeAll(Collection<? extends K> keys, CallOptions options) {
        return open(() -> BulkCalls.each(keys, key -> remove(key, options)));
    }

    @Override
    public CompletionStage<Void> invalidateAll(CallOptions options) {
        return open(() -> {
            CacheCall call = new CacheCall(parts.lines(), options);
            return call.ending(parts.generation().raise(call).thenAccept(generation -> {}));
        });
    }

    @Override
    public ClusterService.Subscription listen(CacheListener<K> listener) {
        Objects.requireNonNull(listener, "listener");
        checkOpen();
        return listeners.add(listener);
    }

    @Override
    public CacheStatistics statistics() {
        CacheStats region = parts.lines().table().stats(name());
        return parts.counters().statistics(region.evictions(), Math.max(0, region.size() - 1), listeners.missed());
    }

    @Override
    public CompletionStage<States> lineStates(K key, CallOptions options) {
        return open(() -> {
            CacheCall call = new CacheCall(parts.lines(), options);
            return call.ending(parts.generation()
                    .read(call)
                    .thenCompose(generation -> call.ask(
                            new CacheRequest.States(parts.generation()
                                    .line(generation, parts.format().key(key))),
                            answer -> Refusals.expect(answer, States.class))));
        });
    }

    @Override
    public CompletionStage<Void> destroy(CallOptions options) {
        return open(() -> {
            CacheCall call = new CacheCall(parts.lines(), options);
            return call.ending(parts.generation().destroy(call).thenRun(this::close));
        });
    }

    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        listeners.close();
        parts.lines().remove(name());
        onClose.accept(this);
    }
}
