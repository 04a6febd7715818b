package io.sinkron;

import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheAnswer.Updated.Effect;
import io.sinkron.cache.CacheAnswer.VersionMismatch;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.cache.Updater;
import io.sinkron.cache.Updater.Change;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Writes of a named cache: first into the cache, then, if there is a writer, into the user's own store. Thread-safe. */
final class CacheWrites<K, V> {
    private final CacheParts<K, V> parts;
    private final Optional<WriteThrough<K, V>> through;

    CacheWrites(CacheParts<K, V> parts, Optional<WriteThrough<K, V>> through) {
        this.parts = parts;
        this.through = through;
    }

    /** What a rule wants. */
    record Decision<V>(Kind kind, V value) {
        private enum Kind {
            KEEP,
            REMOVE,
            REPLACE
        }

        static <V> Decision<V> keep() {
            return new Decision<>(Kind.KEEP, null);
        }

        static <V> Decision<V> remove() {
            return new Decision<>(Kind.REMOVE, null);
        }

        /** A new value; null removes. */
        static <V> Decision<V> replace(V value) {
            return value == null ? remove() : new Decision<>(Kind.REPLACE, value);
        }
    }

    /** What shall become of a key; runs in the owner's turn, on the node's own thread. */
    @FunctionalInterface
    interface Rule<V> {
        /** @param present what is there; null if the key is absent */
        Decision<V> decide(Updater.Present present);
    }

    /** Puts a value; {@code ifVersion} as in {@link CacheRequest.Put}. Fails with {@link VersionMismatchException}. */
    CompletionStage<Long> put(K key, V value, long ifVersion, PutOptions how, CallOptions options) {
        Bytes bytes = parts.format().key(key);
        long ttlMillis = ttlMillis(how);
        CacheCall call = new CacheCall(parts.lines(), options);
        return ending(call, parts.generation().read(call).thenCompose(generation -> {
            Bytes line = parts.generation().line(generation, bytes);
            EntryFormat.Stored stored = parts.format().stored(key, value, false, ttlMillis, parts.clusterMillis());
            Put put = new Put(
                    line,
                    stored.bytes(),
                    ifVersion,
                    stored.lineMillis(),
                    durability(how),
                    call.remember("put", EntryFormat.hash(stored.bytes()), ifVersion, ttlMillis));
            return call.ask(
                            put,
                            answer -> Refusals.expect(answer, Written.class).version())
                    .thenCompose(version -> afterwards(version, written(key, line, value, version)));
        }));
    }

    /** Removes a key; {@code ifVersion} is a version, or -1 for any. Answers whether there was something; fails with {@link VersionMismatchException}. */
    <T> CompletionStage<T> remove(K key, long ifVersion, CallOptions options, Function<Boolean, T> result) {
        Rule<V> rule = present -> ifVersion < 0 || present != null && present.version() == ifVersion
                ? Decision.remove()
                : Decision.keep();
        return update(key, PutOptions.DEFAULT, options, "remove " + ifVersion, rule, ifVersion < 0, updated -> {
            if (ifVersion >= 0 && updated.effect() == Effect.KEPT) {
                long version = updated.value().isEmpty() ? 0 : updated.version();
                throw new VersionMismatchException(new VersionMismatch(updated.key(), version));
            }
            return result.apply(updated.effect() == Effect.REMOVED);
        });
    }

    /** Decides by what is there what shall be; answered with what the result makes of it. */
    <T> CompletionStage<T> update(
            K key, PutOptions how, CallOptions options, String operation, Rule<V> rule, Function<Updated, T> result) {
        return update(key, how, options, operation, rule, false, result);
    }

    private <T> CompletionStage<T> update(
            K key,
            PutOptions how,
            CallOptions options,
            String operation,
            Rule<V> rule,
            boolean isRemoval,
            Function<Updated, T> result) {
        Bytes bytes = parts.format().key(key);
        long ttlMillis = ttlMillis(how);
        CacheCall call = new CacheCall(parts.lines(), options);
        return ending(call, parts.generation().read(call).thenCompose(generation -> {
            Bytes line = parts.generation().line(generation, bytes);
            Update update = new Update(
                    line,
                    timed((present, clusterMillis) ->
                            change(key, rule.decide(present.orElse(null)), ttlMillis, clusterMillis)),
                    parts.lines().maxValueBytes(),
                    durability(how),
                    call.remember(operation));
            return call.ask(update, answer -> Refusals.expect(answer, Updated.class))
                    .thenCompose(updated -> afterwards(result.apply(updated), through(key, line, updated, isRemoval)));
        }));
    }

    /** The machine has no clock, so who brings a function measures it. */
    private Updater timed(Updater updater) {
        return (present, clusterMillis) -> {
            long began = System.nanoTime();
            try {
                return updater.apply(present, clusterMillis);
            } finally {
                parts.counters().computed(System.nanoTime() - began);
            }
        };
    }

    private Change change(K key, Decision<V> decision, long ttlMillis, long clusterMillis) {
        return switch (decision.kind()) {
            case KEEP -> new Change.Keep();
            case REMOVE -> new Change.Remove();
            case REPLACE -> {
                EntryFormat.Stored stored =
                        parts.format().stored(key, decision.value(), false, ttlMillis, clusterMillis);
                yield new Change.Replace(stored.bytes(), stored.lineMillis());
            }
        };
    }

    /** The entry that a key has after an update; empty if it has none. */
    Optional<CacheEntry<V>> entry(K key, Updated updated) {
        return updated.value()
                .map(bytes -> new CacheEntry<>(
                        parts.format().valueOf(key, bytes), updated.version(), updated.expiresAtMillis(), false));
    }

    private CompletionStage<Void> through(K key, Bytes line, Updated updated, boolean isRemoval) {
        if (through.isEmpty()) {
            return null;
        }
        return switch (updated.effect()) {
            case CREATED, REPLACED ->
                updated.value().isEmpty()
                        ? null
                        : written(
                                key,
                                line,
                                parts.format().valueOf(key, updated.value().get()),
                                updated.version());
            case REMOVED -> through.get().removed(key, line, updated.version());
            case KEPT ->
                isRemoval && updated.value().isEmpty() ? through.get().removed(key, line, updated.version()) : null;
        };
    }

    private CompletionStage<Void> written(K key, Bytes line, V value, long version) {
        return through.isEmpty() ? null : through.get().written(key, line, value, version);
    }

    private static <T> CompletionStage<T> afterwards(T result, CompletionStage<Void> last) {
        return last == null ? CompletableFuture.completedFuture(result) : last.thenApply(done -> result);
    }

    private <T> CompletionStage<T> ending(CacheCall call, CompletionStage<T> last) {
        return through.isEmpty()
                ? call.ending(last)
                : call.ending(
                        last,
                        () -> new IndeterminateException(
                                new Refusal.OutcomeUnknown("The cache or its writer did not answer in time")),
                        parts.config().executor());
    }

    private long ttlMillis(PutOptions how) {
        return EntryFormat.ttlMillis(how.timeToLive().orElse(parts.config().timeToLive()));
    }

    private Durability durability(PutOptions how) {
        return how.durability().orElse(parts.config().durability());
    }
}
