package io.sinkron.benchmarks;

import io.sinkron.CacheService;
import io.sinkron.CallOptions;
import io.sinkron.Sinkron;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheEffect;
import io.sinkron.cache.CacheNode;
import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.LineTable;
import io.sinkron.cache.MemoryTable;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A write to a line that this node has as M, answered at once ({@code WRITE_BACK}): no message, no main memory. By the machine alone; through the node's
 * thread and back, one after the other, which is two hand-overs between threads; and so, many at a time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CacheWrite {
    private static final int OPERATIONS = 20_000;
    private static final int IN_FLIGHT = 256;
    private static final int LINES = 1_024;
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Bytes VALUE = Bytes.wrap(new byte[64]);
    private static final CacheRequest PUT =
            new CacheRequest.Put(KEY, VALUE, -1, 0, Durability.WRITE_BACK, Optional.empty());
    private static final long FAR = Long.MAX_VALUE / 4;

    private Sinkron node;
    private CacheService cache;
    private CacheNode machine;
    private Bytes[] keys;
    private long calls = 1;

    /** A node of its own, and a machine without one. */
    @Setup
    public void setUp() throws IOException {
        node = Sinkron.builder()
                .node("n1")
                .volatileLog()
                .callbacks(Runnable::run)
                .start();
        node.whenReady().toCompletableFuture().join();
        cache = node.cache();
        keys = new Bytes[LINES];
        for (int i = 0; i < LINES; i++) {
            keys[i] = Bytes.utf8("key-" + i);
            put(keys[i]).toCompletableFuture().join();
        }
        LineTable lines = new LineTable(CacheOptions.DEFAULT);
        NodeId self = NodeId.of("n1");
        View view = new View(1, List.of(new Member(self, 1, 1, "", "")));
        MemoryTable memory = new MemoryTable();
        machine = new CacheNode(CacheOptions.DEFAULT, self, 1, lines, new SplittableRandom(1));
        lines.leaseUntil(FAR);
        machine.lease(true, 0);
        machine.viewActive(view, Ring.of(view, 0), 0);
        machine.call(calls++, PUT, FAR, 0);
        for (CacheEffect effect : machine.effects()) {
            if (effect instanceof CacheEffect.Memory operation) {
                machine.memory(operation.operation(), memory.apply(operation.op()), 0);
            }
        }
        machine.effects();
    }

    /** Stops the node. */
    @TearDown
    public void tearDown() {
        node.close();
    }

    private CompletionStage<Written> put(Bytes key) {
        return cache.put(key, VALUE, -1, Duration.ZERO, Durability.WRITE_BACK, CallOptions.DEFAULT);
    }

    /** The machine's part. */
    @Benchmark
    public List<CacheEffect> machineAlone() {
        machine.call(calls++, PUT, FAR, 0);
        return machine.effects();
    }

    /** One after the other. */
    @Benchmark
    public Written oneAtATime() {
        return put(keys[(int) calls++ & LINES - 1]).toCompletableFuture().join();
    }

    /** Many at a time. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void manyAtATime() {
        InFlight.run(OPERATIONS, IN_FLIGHT, number -> put(keys[number & LINES - 1]));
    }
}
