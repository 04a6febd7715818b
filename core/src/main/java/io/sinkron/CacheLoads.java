package io.sinkron;

import io.sinkron.cache.CacheAnswer.Awaited;
import io.sinkron.cache.CacheAnswer.BeingLoaded;
import io.sinkron.cache.CacheAnswer.ClaimLost;
import io.sinkron.cache.CacheAnswer.Claimed;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest.Await;
import io.sinkron.cache.CacheRequest.Claim;
import io.sinkron.cache.CacheRequest.Fulfil;
import io.sinkron.cache.CacheRequest.Unclaim;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Loads absent keys, once for all nodes: who is to load a key claims it in the key's own line; the others wait until that line changes. What is loaded is written
 * only if the line still is the very claim: a put, a removal or {@code invalidateAll} that came meanwhile wins, and the read begins anew.
 *
 * <p>Readers of this node join a load that hasn't called the loader yet, and begin another one, which waits for the claim, once it has: so nobody is told of a store's
 * state from before their own read. Thread-safe.
 */
final class CacheLoads<K, V> {
    /** By how much a claim outlives the load's time-out: for the value to be written, or the claim to be given back. */
    private static final Duration CLAIM_MARGIN = Duration.ofSeconds(2);

    /** How long to wait before a claim is tried again that isn't to be seen here. */
    private static final long PAUSE_MILLIS = 5;

    private final CacheParts<K, V> parts;
    private final CacheLoader<K, V> loader;
    private final ConcurrentHashMap<Bytes, CompletableFuture<End<V>>> open = new ConcurrentHashMap<>();

    CacheLoads(CacheParts<K, V> parts, CacheLoader<K, V> loader) {
        this.parts = parts;
        this.loader = loader;
    }

    /**
     * How a load ended.
     *
     * @param entry what is there now, for the caller whose load it was
     * @param isElsewhere whether there is a value that the caller must read for itself
     */
    record End<V>(Optional<CacheEntry<V>> entry, boolean isElsewhere) {
        static <V> End<V> nothing() {
            return new End<>(Optional.empty(), false);
        }
    }

    /** Loads a key, or waits for whoever does; fails with {@link LoadFailedException}, or as the cache's own calls do. */
    CompletionStage<End<V>> load(K key, Bytes line) {
        CompletableFuture<End<V>> mine = new CompletableFuture<>();
        CompletableFuture<End<V>> joined = open.putIfAbsent(line, mine);
        if (joined != null) {
            return joined.thenApply(end -> new End<>(end.entry(), end.entry().isPresent() || end.isElsewhere()));
        }
        Duration longest =
                parts.config().loadTimeout().multipliedBy(2).plus(parts.config().timeout());
        Load load = new Load(key, line, mine, new CacheCall(parts.lines(), longest));
        load.claim().whenComplete((end, error) -> {
            open.remove(line, mine);
            if (error == null) {
                mine.complete(end);
            } else {
                mine.completeExceptionally(CacheCall.cause(error));
            }
        });
        return mine;
    }

    /** One load on its way. */
    private final class Load {
        private final K key;
        private final Bytes line;
        private final CompletableFuture<End<V>> joinable;
        private final CacheCall call;

        Load(K key, Bytes line, CompletableFuture<End<V>> joinable, CacheCall call) {
            this.key = key;
            this.line = line;
            this.joinable = joinable;
            this.call = call;
        }

        CompletionStage<End<V>> claim() {
            long millis = parts.config().loadTimeout().plus(CLAIM_MARGIN).toMillis();
            return call.ask(new Claim(line, millis), Function.identity()).thenCompose(this::claimed);
        }

        private CompletionStage<End<V>> claimed(Answer answer) {
            if (answer instanceof Value value) {
                return end(parts.format().entry(key, value));
            }
            if (answer instanceof BeingLoaded elsewhere) {
                return await(elsewhere);
            }
            Claimed claim = Refusals.expect(answer, Claimed.class);
            open.remove(line, joinable);
            return call(claim);
        }

        private CompletionStage<End<V>> end(CacheEntry<V> entry) {
            return CompletableFuture.completedFuture(new End<>(Optional.of(entry), false));
        }

        /** Until the claim that was seen is over: its holder has loaded, given up, or died. */
        private CompletionStage<End<V>> await(BeingLoaded elsewhere) {
            Await await = new Await(line, elsewhere.version());
            long began = System.nanoTime();
            return call.ask(
                            await,
                            Duration.ofMillis(elsewhere.leftMillis()),
                            answer -> Refusals.expect(answer, Awaited.class))
                    .thenCompose(over -> {
                        boolean isBlind = System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(1);
                        return isBlind ? later() : claim();
                    });
        }

        /** The copy that tells of the claim's end may have left this node, for lack of room: then there is nothing to wait for. */
        private CompletionStage<End<V>> later() {
            return new CompletableFuture<Void>()
                    .completeOnTimeout(null, PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                    .thenCompose(paused -> claim());
        }

        private CompletionStage<End<V>> call(Claimed claim) {
            long began = System.nanoTime();
            return TimedRun.on(
                            parts.config().executor(),
                            () -> loader.load(key),
                            parts.config().loadTimeout())
                    .handle((value, error) -> {
                        count(System.nanoTime() - began, error);
                        return error == null ? loaded(claim, value) : failed(claim, error);
                    })
                    .thenCompose(Function.identity());
        }

        private void count(long nanos, Throwable error) {
            UseCounters counters = parts.counters();
            counters.loads.increment();
            counters.loadNanos.add(nanos);
            if (error != null) {
                counters.loadFailures.increment();
            }
        }

        private CompletionStage<End<V>> failed(Claimed claim, Throwable error) {
            Throwable cause = CacheCall.cause(error);
            String reason = TimedRun.isTimeout(cause)
                    ? "it took longer than " + parts.config().loadTimeout()
                    : cause.toString();
            return giveBack(claim)
                    .thenCompose(done -> CompletableFuture.failedFuture(new LoadFailedException(
                            new CacheRefusal.LoadFailed(parts.config().name(), EntryFormat.shown(key), reason),
                            cause)));
        }

        private CompletionStage<End<V>> loaded(Claimed claim, V value) {
            if (value == null) {
                return giveBack(claim).thenApply(done -> End.nothing());
            }
            EntryFormat.Stored stored;
            long now = parts.clusterMillis();
            try {
                stored = parts.format()
                        .stored(key, value, true, parts.config().timeToLive().toMillis(), now);
            } catch (SinkronException unfit) {
                return giveBack(claim).thenCompose(done -> CompletableFuture.failedFuture(unfit));
            }
            Fulfil fulfil = new Fulfil(
                    line,
                    stored.bytes(),
                    claim.version(),
                    stored.lineMillis(),
                    parts.config().durability());
            return closing().ask(fulfil, Function.identity()).thenCompose(answer -> {
                if (answer instanceof ClaimLost) {
                    return claim();
                }
                long version = Refusals.expect(answer, Written.class).version();
                long expires = stored.lineMillis() == 0 ? 0 : now + stored.lineMillis();
                return end(new CacheEntry<>(parts.format().valueOf(key, stored.bytes()), version, expires, false));
            });
        }

        /** What ends a load has time of its own: the load may have taken all that there was. */
        private CacheCall closing() {
            return new CacheCall(parts.lines(), parts.config().timeout());
        }

        /** Done in any case: a claim that can't be given back ends by itself. */
        private CompletionStage<Void> giveBack(Claimed claim) {
            return closing()
                    .ask(new Unclaim(line, claim.version()), Function.identity())
                    .handle((answer, error) -> null);
        }
    }
}
