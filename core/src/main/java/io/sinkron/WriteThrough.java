package io.sinkron;

import io.sinkron.cache.CacheAnswer.BeingLoaded;
import io.sinkron.cache.CacheAnswer.Claimed;
import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Claim;
import io.sinkron.cache.CacheRequest.Unclaim;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.cache.Updater;
import io.sinkron.cache.Updater.Change;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Hands writes on to the user's own store, after the cache has them and before they are answered.
 *
 * <p>The danger is a load between the two: it finds the store without the write and would put the old value behind the new one's back, if the cache's own value has left
 * meanwhile. So a removal holds the key's claim while the store removes, which keeps loads waiting; and after each call of the writer the key is <em>settled</em>: what a
 * load has brought, or is about to bring, is thrown away, and comes anew from the store. A value that was put stays. Thread-safe.
 */
final class WriteThrough<K, V> {
    private static final Duration CLAIM_MARGIN = Duration.ofSeconds(2);

    /** How many loads a removal throws away before it does without the claim. */
    private static final int MAX_ROUNDS = 16;

    private final CacheParts<K, V> parts;
    private final CacheWriter<K, V> writer;

    WriteThrough(CacheParts<K, V> parts, CacheWriter<K, V> writer) {
        this.parts = parts;
        this.writer = writer;
    }

    /** The cache has this value, of this version. */
    CompletionStage<Void> written(K key, Bytes line, V value, long version) {
        return call(() -> writer.write(key, value, version))
                .handle((done, error) -> {
                    long withdrawn = error == null ? 0 : version;
                    return settled(line, settle(line, withdrawn)).handle((settled, unsettled) -> {
                        if (error != null) {
                            throw failed(key, version, unsettled == null, error);
                        }
                        return done(unsettled);
                    });
                })
                .thenCompose(Function.identity());
    }

    /** The cache hasn't got the key any more, or never had; {@code version} is the removal's, if it has one of its own. */
    CompletionStage<Void> removed(K key, Bytes line, long version) {
        return removed(key, line, version, MAX_ROUNDS);
    }

    private CompletionStage<Void> removed(K key, Bytes line, long version, int rounds) {
        long millis = parts.config().writeTimeout().plus(CLAIM_MARGIN).toMillis();
        return ask(new Claim(line, millis), Function.identity()).thenCompose(answer -> {
            boolean isLoad = answer instanceof BeingLoaded
                    || answer instanceof Value value && EntryFormat.isLoaded(value.value());
            if (isLoad && rounds > 0) {
                return settle(line, 0).thenCompose(settled -> removed(key, line, version, rounds - 1));
            }
            return answer instanceof Claimed claim
                    ? removed(key, line, claim.version(), Optional.of(claim))
                    : removed(key, line, version, Optional.empty());
        });
    }

    private CompletionStage<Void> removed(K key, Bytes line, long version, Optional<Claimed> claim) {
        return call(() -> writer.delete(key, version))
                .handle((done, error) -> {
                    CompletionStage<?> last = claim.isPresent()
                            ? ask(new Unclaim(line, claim.get().version()), Function.identity())
                            : settle(line, 0);
                    return settled(line, last).handle((settled, unsettled) -> {
                        if (error != null) {
                            throw failed(key, version, true, error);
                        }
                        return done(unsettled);
                    });
                })
                .thenCompose(Function.identity());
    }

    /** The store has it, but what the cache has is not known: perhaps what a load has brought from before. */
    private static Void done(Throwable unsettled) {
        if (unsettled != null) {
            throw new IndeterminateException(new Refusal.OutcomeUnknown(
                    "The store has the write, but the cache could not be asked for what was loaded meanwhile: "
                            + CacheCall.cause(unsettled).getMessage()));
        }
        return null;
    }

    /** If the cache was emptied while the store was called, then its new generation may have loaded what the store had before. */
    private CompletionStage<?> settled(Bytes line, CompletionStage<?> before) {
        long then = CacheKeys.generation(line);
        return before.thenCompose(done -> parts.generation()
                .read(new CacheCall(parts.lines(), parts.config().timeout()))
                .thenCompose(now -> now == then
                        ? CompletableFuture.completedFuture(null)
                        : settle(parts.generation().line(now, CacheKeys.visible(line)), 0)));
    }

    /** Throws away what a load has brought or is about to bring, and the value of this version, if there is one. */
    private CompletionStage<Updated> settle(Bytes line, long withdrawn) {
        Updater settling = (present, clusterMillis) -> present.isEmpty()
                        || present.get().version() == withdrawn
                        || EntryFormat.isLoaded(present.get().value())
                ? new Change.Remove()
                : new Change.Keep();
        Update update = new Update(
                line, settling, parts.lines().maxValueBytes(), parts.config().durability(), Optional.empty());
        return ask(update, answer -> Refusals.expect(answer, Updated.class));
    }

    /** Not part of the user's call, whose time may be over: what was begun is brought to its end. */
    private <T> CompletionStage<T> ask(CacheRequest request, Function<Answer, T> result) {
        return new CacheCall(parts.lines(), parts.config().timeout()).ask(request, result);
    }

    private CompletableFuture<Void> call(StoreCall code) {
        return TimedRun.on(
                parts.config().executor(),
                () -> {
                    code.run();
                    return null;
                },
                parts.config().writeTimeout());
    }

    private interface StoreCall {
        void run() throws Exception;
    }

    private WriterFailedException failed(K key, long version, boolean isWithdrawn, Throwable error) {
        parts.counters().writerFailures.increment();
        Throwable cause = CacheCall.cause(error);
        String reason = TimedRun.isTimeout(cause)
                ? "it took longer than " + parts.config().writeTimeout()
                : cause.toString();
        return new WriterFailedException(
                new CacheRefusal.WriterFailed(
                        parts.config().name(), EntryFormat.shown(key), version, isWithdrawn, reason),
                cause);
    }
}
