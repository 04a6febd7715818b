package io.sinkron;

import io.sinkron.cache.CacheAnswer.Deleted;
import io.sinkron.cache.CacheAnswer.NoSuchKey;
import io.sinkron.cache.CacheAnswer.States;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.XxHash64;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The unnamed cache: hits from the line table at once, everything else through the node. */
final class Caches implements CacheService {
    private static final int MAX_KEY_BYTES = 512;
    private static final long MAX_TTL_MILLIS = 2_592_000_000L;
    private static final long MAX_VERSION = 1L << 53;

    private final LineCalls lines;

    Caches(LineCalls lines) {
        this.lines = lines;
    }

    @Override
    public CompletionStage<Optional<Value>> get(Bytes key, ReadMode mode, CallOptions options) {
        return Arguments.checked(() -> {
            Bytes line = line(key);
            Value hit = lines.local(line, mode);
            return hit != null
                    ? CompletableFuture.completedFuture(Optional.of(shown(hit)))
                    : lines.ask(new CacheRequest.Get(line), options, Caches::found);
        });
    }

    private static Optional<Value> found(Answer answer) {
        return answer instanceof NoSuchKey
                ? Optional.empty()
                : Optional.of(shown(Refusals.expect(answer, Value.class)));
    }

    /** With the key as its user knows it. */
    private static Value shown(Value value) {
        Bytes key = CacheKeys.visible(value.key());
        return key == value.key()
                ? value
                : new Value(key, value.value(), value.version(), value.state(), value.hit(), value.expiresAtMillis());
    }

    @Override
    public Value getIfLocal(Bytes key, ReadMode mode) {
        Bytes line = line(key);
        Value hit = lines.local(line, mode);
        // A key that needed no escape comes back as it went in: a hit is spared the way through the line's key.
        return hit == null || line == key ? hit : shown(hit);
    }

    @Override
    public CompletionStage<Written> put(
            Bytes key, Bytes value, long ifVersion, Duration ttl, Durability durability, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.range("value", value.size(), 0, lines.maxValueBytes());
            Arguments.range("if_version", ifVersion, -1, MAX_VERSION);
            long ttlMillis = ttl.isZero() ? 0 : Arguments.millis("ttl_ms", ttl, 1, MAX_TTL_MILLIS);
            Optional<Remember> remember = options.idempotencyKey()
                    .map(name -> new Remember(
                            "put:" + name,
                            Calls.fingerprint(
                                    "put", XxHash64.hash(value.array(), 0), value.size(), ifVersion, ttlMillis)));
            CacheRequest put = new CacheRequest.Put(line(key), value, ifVersion, ttlMillis, durability, remember);
            return lines.ask(
                    put,
                    options,
                    answer -> new Written(
                            key, Refusals.expect(answer, Written.class).version()));
        });
    }

    @Override
    public CompletionStage<Deleted> delete(Bytes key, long ifVersion, Durability durability, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.range("if_version", ifVersion, -1, MAX_VERSION);
            Optional<Remember> remember =
                    options.idempotencyKey().map(name -> new Remember("delete:" + name, Calls.fingerprint(ifVersion)));
            CacheRequest delete = new CacheRequest.Delete(line(key), ifVersion, durability, remember);
            return lines.ask(
                    delete,
                    options,
                    answer -> new Deleted(
                            key, Refusals.expect(answer, Deleted.class).deleted()));
        });
    }

    @Override
    public CompletionStage<States> states(Bytes key, CallOptions options) {
        return Arguments.checked(() -> lines.ask(new CacheRequest.States(line(key)), options, answer -> {
            States states = Refusals.expect(answer, States.class);
            return new States(key, states.home(), states.states());
        }));
    }

    /** The line of a key, which is checked; other caches' lines are out of reach. */
    private static Bytes line(Bytes key) {
        Arguments.range("key", key.size(), 1, MAX_KEY_BYTES);
        return CacheKeys.unnamed(key);
    }

    @Override
    public List<Line> lines(Bytes after, int limit) {
        Arguments.range("limit", limit, 1, 1_000);
        return lines.table().lines(after, limit).stream()
                .map(line -> new Line(line.key(), line.state(), line.version(), line.dirty()))
                .toList();
    }

    @Override
    public Stats stats() {
        var stats = lines.table().stats();
        return new Stats(
                stats.capacity(),
                stats.size(),
                stats.hits(),
                stats.misses(),
                stats.invalidations(),
                stats.writeBacks(),
                stats.evictions(),
                stats.audited(),
                stats.inconclusive(),
                stats.violations());
    }
}
