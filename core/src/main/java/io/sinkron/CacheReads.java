package io.sinkron;

import io.sinkron.cache.CacheAnswer.NoSuchKey;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheRequest.Get;
import io.sinkron.cache.PartitionPolicy;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Reads of a named cache: from this node's own copy at once; else through the node; else by the loader. Thread-safe. */
final class CacheReads<K, V> {
    private final CacheParts<K, V> parts;
    private final IdleRenewal<K, V> renewal;
    private final Optional<CacheLoads<K, V>> loads;
    private final boolean servesStale;

    CacheReads(CacheParts<K, V> parts, Optional<CacheLoads<K, V>> loads) {
        this.parts = parts;
        this.renewal = new IdleRenewal<>(parts);
        this.loads = loads;
        this.servesStale = parts.config().partitionPolicy() == PartitionPolicy.SERVE_STALE;
    }

    /** Reads a key. */
    CompletionStage<Optional<CacheEntry<V>>> get(K key, ReadMode mode, CallOptions options) {
        Bytes bytes = parts.format().key(key);
        Value local = local(bytes, mode);
        if (local == null && servesStale) {
            local = stale(bytes);
        }
        if (local != null && !renewal.isDue(local)) {
            return CompletableFuture.completedFuture(Optional.of(hit(key, local)));
        }
        CacheCall call = new CacheCall(parts.lines(), options);
        if (local != null) {
            parts.counters().hit(true);
            return call.ending(renewal.renew(call, key, local).thenApply(Optional::of));
        }
        CompletionStage<Optional<CacheEntry<V>>> found = parts.generation()
                .read(call)
                .thenCompose(generation -> find(call, key, parts.generation().line(generation, bytes), false));
        if (servesStale) {
            found = found.exceptionally(error -> {
                Value outdated = CacheCall.cause(error) instanceof UnavailableException ? stale(bytes) : null;
                if (outdated == null) {
                    throw new CompletionException(CacheCall.cause(error));
                }
                return Optional.of(hit(key, outdated));
            });
        }
        return loads.isEmpty()
                ? call.ending(found)
                : call.ending(found, CacheCall::tooLate, parts.config().executor());
    }

    /** The key's value if this node has a copy of it that is valid as far as the mode says; null otherwise. */
    CacheEntry<V> ifLocal(K key, ReadMode mode) {
        Value local = local(parts.format().key(key), mode);
        if (local == null) {
            return null;
        }
        if (renewal.isDue(local)) {
            renewal.renew(new CacheCall(parts.lines(), parts.config().timeout()), key, local);
        }
        return hit(key, local);
    }

    private CacheEntry<V> hit(K key, Value local) {
        parts.counters().hit(true);
        return parts.format().entry(key, local);
    }

    private Value local(Bytes key, ReadMode mode) {
        long generation = parts.generation().ifLocal(mode);
        return generation == 0 ? null : parts.lines().local(parts.generation().line(generation, key), mode);
    }

    /** What could be read when this node's lease ended, while it has none; null otherwise. */
    private Value stale(Bytes key) {
        Value outdated = local(key, ReadMode.STALE_OK);
        return outdated != null && outdated.isStale() ? outdated : null;
    }

    private CompletionStage<Optional<CacheEntry<V>>> find(CacheCall call, K key, Bytes line, boolean isAgain) {
        return call.ask(
                        new Get(line),
                        answer -> answer instanceof NoSuchKey ? null : Refusals.expect(answer, Value.class))
                .thenCompose(value -> {
                    if (value == null) {
                        return absent(call, key, line, isAgain);
                    }
                    if (!isAgain) {
                        parts.counters().hit(value.hit());
                    }
                    return (renewal.isDue(value)
                                    ? renewal.renew(call, key, value)
                                    : CompletableFuture.completedFuture(
                                            parts.format().entry(key, value)))
                            .thenApply(Optional::of);
                });
    }

    private CompletionStage<Optional<CacheEntry<V>>> absent(CacheCall call, K key, Bytes line, boolean isAgain) {
        if (!isAgain) {
            parts.counters().misses.increment();
        }
        if (loads.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        // What another caller's load has brought was perhaps overwritten before this caller began: so it is read, not
        // handed over.
        return loads.get()
                .load(key, line)
                .thenCompose(end -> end.isElsewhere()
                        ? find(call, key, line, true)
                        : CompletableFuture.completedFuture(end.entry()));
    }
}
