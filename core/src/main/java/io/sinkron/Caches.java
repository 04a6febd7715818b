package io.sinkron;

import io.sinkron.cache.CacheAnswer.Deleted;
import io.sinkron.cache.CacheAnswer.NoSuchKey;
import io.sinkron.cache.CacheAnswer.States;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.XxHash64;
import io.sinkron.node.Call;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The cache service: hits from the line table at once, everything else through the node. */
final class Caches implements CacheService {
    private static final int MAX_KEY_BYTES = 512;
    private static final long MAX_TTL_MILLIS = 2_592_000_000L;
    private static final long MAX_VERSION = 1L << 53;

    private final Calls calls;
    private final int maxValueBytes;

    Caches(Calls calls, int maxValueBytes) {
        this.calls = calls;
        this.maxValueBytes = maxValueBytes;
    }

    @Override
    public CompletionStage<Optional<Value>> get(Bytes key, CallOptions options) {
        Value hit = getIfLocal(key);
        if (hit != null) {
            return CompletableFuture.completedFuture(Optional.of(hit));
        }
        return call(new CacheRequest.Get(key), options, Caches::found);
    }

    private static Optional<Value> found(Answer answer) {
        return answer instanceof NoSuchKey ? Optional.empty() : Optional.of(Refusals.expect(answer, Value.class));
    }

    @Override
    public Value getIfLocal(Bytes key) {
        return calls.loop().lines().read(key, System::nanoTime);
    }

    @Override
    public CompletionStage<Written> put(
            Bytes key, Bytes value, long ifVersion, Duration ttl, Durability durability, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.range("value", value.size(), 0, maxValueBytes);
            Arguments.range("if_version", ifVersion, -1, MAX_VERSION);
            long ttlMillis = ttl.isZero() ? 0 : Arguments.millis("ttl_ms", ttl, 1, MAX_TTL_MILLIS);
            Optional<Remember> remember = options.idempotencyKey()
                    .map(name -> new Remember(
                            "put:" + name,
                            Calls.fingerprint(
                                    "put", XxHash64.hash(value.array(), 0), value.size(), ifVersion, ttlMillis)));
            CacheRequest put = new CacheRequest.Put(key, value, ifVersion, ttlMillis, durability, remember);
            return call(put, options, answer -> Refusals.expect(answer, Written.class));
        });
    }

    @Override
    public CompletionStage<Deleted> delete(Bytes key, long ifVersion, Durability durability, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.range("if_version", ifVersion, -1, MAX_VERSION);
            Optional<Remember> remember =
                    options.idempotencyKey().map(name -> new Remember("delete:" + name, Calls.fingerprint(ifVersion)));
            CacheRequest delete = new CacheRequest.Delete(key, ifVersion, durability, remember);
            return call(delete, options, answer -> Refusals.expect(answer, Deleted.class));
        });
    }

    @Override
    public CompletionStage<States> states(Bytes key, CallOptions options) {
        return call(new CacheRequest.States(key), options, answer -> Refusals.expect(answer, States.class));
    }

    private <T> CompletionStage<T> call(
            CacheRequest request, CallOptions options, java.util.function.Function<Answer, T> result) {
        return Arguments.checked(() -> {
            Arguments.range("key", request.key().size(), 1, MAX_KEY_BYTES);
            return calls.call(
                    options,
                    Duration.ZERO,
                    (id, deadline) -> new Call.Cache(id, deadline, request),
                    result,
                    ignored -> {});
        });
    }

    @Override
    public List<Line> lines(Bytes after, int limit) {
        Arguments.range("limit", limit, 1, 1_000);
        return calls.loop().lines().lines(after, limit).stream()
                .map(line -> new Line(line.key(), line.state(), line.version(), line.dirty()))
                .toList();
    }

    @Override
    public Stats stats() {
        var stats = calls.loop().lines().stats();
        return new Stats(
                stats.capacity(),
                stats.size(),
                stats.hits(),
                stats.misses(),
                stats.invalidations(),
                stats.writeBacks(),
                stats.evictions());
    }
}
