package io.sinkron.transport.inmemory.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.node.NodeOptions;
import io.sinkron.transport.inmemory.sim.fault.FaultKind;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.workload.CacheMix;
import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import java.time.Duration;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cache over whole nodes with clients of different habits, through faults and changes of the view: read-mostly, write-hot, and with tables so small
 * that lines come and go all the time. {@code -Dsinkron.mix.seeds=N} runs N seeds of each.
 */
class CacheMixTest {
    private static final int SEEDS = Integer.getInteger("sinkron.mix.seeds", 2);
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000;

    static Stream<CacheMix.Kind> kinds() {
        return Stream.of(
                new CacheMix.Kind("read-mostly", 12, 4, 40, 15, 1_000, 1_000),
                new CacheMix.Kind("write-hot", 8, 1, 800, 15, 1_000, 1_000),
                new CacheMix.Kind("half and half", 8, 4, 500, 20, 1_000, 2),
                new CacheMix.Kind("tables of two lines", 8, 12, 300, 15, 2, 3),
                new CacheMix.Kind("tables of one line, no filter", 6, 5, 300, 20, 1, 0));
    }

    /** One node in trouble at a time: what two nodes hold must survive. */
    private static Faults gentle() {
        LinkQuality links = new LinkQuality(100_000, MILLI, 0, 0, 0.01, 0.05, 0.02);
        return new Faults(
                links, DiskQuality.PERFECT, new NodeQuality(300, MILLI, MILLI, 0), StoreQuality.PERFECT, means(), true);
    }

    /** Any number of nodes in trouble: what main memory has must survive. */
    private static Faults rough() {
        LinkQuality links = new LinkQuality(100_000, 3 * MILLI, 0.01, SECOND, 0.03, 0.1, 0.05);
        return new Faults(
                links,
                DiskQuality.PERFECT,
                new NodeQuality(500, MILLI, 2 * MILLI, 0.0001),
                StoreQuality.PERFECT,
                means(),
                false);
    }

    private static Map<FaultKind, Long> means() {
        return Map.of(
                FaultKind.CRASH, 6 * SECOND,
                FaultKind.PAUSE, 7 * SECOND,
                FaultKind.PARTITION, 6 * SECOND,
                FaultKind.CLOG, 5 * SECOND);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void eachMixIsLinearizableAndEndsInOneValueEverywhere(CacheMix.Kind kind) {
        Marks marks = new Marks();
        LongStream.range(0, 2L * SEEDS).parallel().forEach(number -> {
            boolean isGentle = number % 2 == 0;
            SimulationReport report = Simulation.builder()
                    .seed(number)
                    .nodes(number % 3 == 0 ? 5 : 3)
                    .duration(Duration.ofSeconds(40))
                    .faults(isGentle ? gentle() : rough())
                    .workload(() -> new CacheMix(kind, isGentle ? Durability.BACKED_UP : Durability.WRITE_THROUGH))
                    .nodeOptions(options -> with(options, kind))
                    .replayCommand("CacheMixTest, " + kind + ", seed " + number)
                    .build()
                    .run();
            synchronized (marks) {
                marks.addAll(report.marks());
            }
        });
        System.out.printf(
                "%s: %d hits, %d writes, %d views%n",
                kind, marks.count("hit"), marks.count("written"), marks.count("view activated"));
        assertReached(marks, "written", 100);
        assertReached(marks, "hit", 10);
        assertReached(marks, "view activated", 5);
        assertReached(marks, "copies compared", 2 * SEEDS);
        assertReached(marks, "audit answered", kind.filter() == 0 ? 0 : 50);
    }

    private static void assertReached(Marks marks, String situation, long least) {
        assertTrue(marks.count(situation) >= least, () -> situation + ": " + marks.count(situation));
    }

    private static NodeOptions with(NodeOptions drawn, CacheMix.Kind kind) {
        return new NodeOptions(
                drawn.self(),
                drawn.founders(),
                drawn.seeds(),
                drawn.weight(),
                drawn.address(),
                drawn.http(),
                drawn.externalQueues(),
                drawn.externalMemory(),
                drawn.ringSeed(),
                drawn.limits(),
                drawn.raft(),
                drawn.lease(),
                drawn.locks(),
                drawn.queues(),
                drawn.cache()
                        .withCapacity(kind.capacity(), 1 << 20)
                        .withFilter(kind.filter())
                        .withAudit(200 * MILLI, 4));
    }
}
