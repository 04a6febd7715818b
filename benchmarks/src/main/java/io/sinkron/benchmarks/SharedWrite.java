package io.sinkron.benchmarks;

import io.sinkron.CacheService;
import io.sinkron.CallOptions;
import io.sinkron.Sinkron;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.transport.inmemory.InMemoryNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A write to a line that other nodes share: seven nodes in this process, messages through the codec but over no network, the home neither the writer nor
 * a sharer. What is measured is thus the processors' work and the hand-overs between threads; how long it takes over links with a delay is
 * {@code WriteLatencyTest}'s.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SharedWrite {
    private static final int NODES = 7;
    private static final int WRITER = 0;
    private static final String HOME = "n" + NODES;
    private static final Bytes VALUE = Bytes.wrap(new byte[64]);

    /** How many nodes besides the writer have the line. */
    @Param({"0", "1", "2", "4", "5"})
    private int sharers;

    private final List<Sinkron> nodes = new ArrayList<>();
    private Bytes key;

    /** Seven nodes, and a key of the last one's. */
    @Setup
    public void setUp() throws IOException {
        InMemoryNetwork network = new InMemoryNetwork();
        List<String> names =
                IntStream.rangeClosed(1, NODES).mapToObj(i -> "n" + i).toList();
        for (String name : names) {
            nodes.add(Sinkron.builder()
                    .node(name)
                    .peers(names)
                    .transport(network.transport(NodeId.of(name)))
                    .volatileLog()
                    .callbacks(Runnable::run)
                    .start());
        }
        nodes.forEach(node -> node.whenReady().toCompletableFuture().join());
        key = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> Bytes.utf8("key-" + i))
                .filter(candidate -> home(candidate).equals(HOME))
                .findFirst()
                .orElseThrow();
    }

    private String home(Bytes candidate) {
        return nodes.get(WRITER)
                .cache()
                .states(candidate, CallOptions.DEFAULT)
                .toCompletableFuture()
                .join()
                .home()
                .value();
    }

    /** The writer has the line, clean, and the sharers have it. */
    @Setup(Level.Invocation)
    public void share() {
        for (int i = 0; i <= sharers; i++) {
            CacheService cache = nodes.get(WRITER + i).cache();
            cache.get(key, CallOptions.DEFAULT).toCompletableFuture().join();
        }
    }

    /** Stops the nodes. */
    @TearDown
    public void tearDown() {
        nodes.forEach(Sinkron::halt);
        nodes.clear();
    }

    /** Invalidates all sharers' copies, and is answered. */
    @Benchmark
    public Written write() {
        return nodes.get(WRITER)
                .cache()
                .put(key, VALUE, -1, Duration.ZERO, Durability.WRITE_BACK, CallOptions.DEFAULT)
                .toCompletableFuture()
                .join();
    }
}
