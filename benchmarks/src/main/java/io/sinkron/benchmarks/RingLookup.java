package io.sinkron.benchmarks;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding the owner of a queue on the ring. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingLookup {
    private static final int KEYS = 1_024;

    /** How many nodes the ring has. */
    @Param({"3", "7"})
    public int nodes;

    private Ring ring;
    private String[] keys;
    private int next;

    /** Builds a ring of equal weights. */
    @Setup
    public void setUp() {
        List<Member> members = IntStream.rangeClosed(1, nodes)
                .mapToObj(i -> new Member(NodeId.of("n" + i), 1, 1, "", ""))
                .toList();
        ring = Ring.of(new View(1, members), 0);
        keys = IntStream.range(0, KEYS).mapToObj(i -> "queue-" + i).toArray(String[]::new);
    }

    /** One look-up. */
    @Benchmark
    public NodeId owner() {
        return ring.owner(keys[next++ & KEYS - 1]);
    }
}
