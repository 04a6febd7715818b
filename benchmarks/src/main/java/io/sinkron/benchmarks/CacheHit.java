package io.sinkron.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sinkron.CacheService;
import io.sinkron.CallOptions;
import io.sinkron.Sinkron;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A local hit of the coherent cache in each read mode, the lease's check included, beside a full Caffeine cache and a bare map: the same keys, in
 * the same order, some asked for much more often than others. Run it with {@code -t 1} and {@code -t 2}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CacheHit {
    private static final int KEYS = 16_384;
    private static final int VALUE_BYTES = 64;
    private static final int DRAWS = 1 << 16;
    private static final Zipf ZIPF = new Zipf(KEYS, 0.99);

    private Sinkron node;
    private CacheService cache;
    private Cache<Bytes, Bytes> caffeine;
    private ConcurrentHashMap<Bytes, Bytes> map;
    private Bytes[] keys;

    /** A thread's own way through the keys. */
    @State(Scope.Thread)
    public static class Walk {
        private final int[] draws = ZIPF.draw(DRAWS, Thread.currentThread().getId());
        private int at;

        int next() {
            return draws[at++ & DRAWS - 1];
        }
    }

    /** Fills all three with the same keys. */
    @Setup
    public void setUp() throws IOException {
        node = Sinkron.builder().node("n1").volatileLog().start();
        node.whenReady().toCompletableFuture().join();
        cache = node.cache();
        caffeine = Caffeine.newBuilder().maximumSize(KEYS).build();
        map = new ConcurrentHashMap<>();
        keys = new Bytes[KEYS];
        for (int i = 0; i < KEYS; i++) {
            keys[i] = Bytes.utf8("key-" + i);
            Bytes value = Bytes.wrap(new byte[VALUE_BYTES]);
            caffeine.put(keys[i], value);
            map.put(keys[i], value);
            cache.put(keys[i], value, -1, Duration.ZERO, Durability.WRITE_BACK, CallOptions.DEFAULT)
                    .toCompletableFuture()
                    .join();
        }
    }

    /** Stops the node. */
    @TearDown
    public void tearDown() {
        node.close();
    }

    /** Sinkron, linearizable by the clock. */
    @Benchmark
    public Value sinkronStrict(Walk walk) {
        return hit(walk, ReadMode.STRICT);
    }

    /** Sinkron, by the ticker's time. */
    @Benchmark
    public Value sinkronTick(Walk walk) {
        return hit(walk, ReadMode.TICK);
    }

    /** Sinkron, stale values allowed. */
    @Benchmark
    public Value sinkronStaleOk(Walk walk) {
        return hit(walk, ReadMode.STALE_OK);
    }

    private Value hit(Walk walk, ReadMode mode) {
        Value value = cache.getIfLocal(keys[walk.next()], mode);
        if (value == null) {
            throw new IllegalStateException("not a hit");
        }
        return value;
    }

    /** Caffeine, full. */
    @Benchmark
    public Bytes caffeine(Walk walk) {
        return caffeine.getIfPresent(keys[walk.next()]);
    }

    /** A bare map. */
    @Benchmark
    public Bytes map(Walk walk) {
        return map.get(keys[walk.next()]);
    }

    /** The clock that a strict hit reads. */
    @Benchmark
    public long clock() {
        return System.nanoTime();
    }
}
