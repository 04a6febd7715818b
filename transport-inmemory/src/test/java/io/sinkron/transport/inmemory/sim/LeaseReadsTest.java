package io.sinkron.transport.inmemory.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.node.NodeOptions;
import io.sinkron.transport.inmemory.sim.fault.FaultKind;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.workload.LockWorkload;
import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R12 with the leader's lease: partitions one after the other, clocks at the bound of their rates, and clients that take locks and look at them on all
 * sides. A leader that answers by a lease that is over shows a lock as it was before the other side's grants.
 */
class LeaseReadsTest {
    private static final long PARTITION_EVERY_NANOS = 2_500_000_000L;
    private static final int WORST_RATE_PPM = 500;

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void aLookThatTheLeadersLeaseAnswersSeesEveryGrantAnsweredBeforeIt(long seed) {
        Faults faults = new Faults(
                LinkQuality.PERFECT,
                DiskQuality.PERFECT,
                new NodeQuality(WORST_RATE_PPM, 200_000, 5_000_000, 0),
                StoreQuality.PERFECT,
                Map.of(FaultKind.PARTITION, PARTITION_EVERY_NANOS),
                false);
        SimulationReport report = Simulation.builder()
                .seed(seed)
                .nodes(seed % 2 == 0 ? 3 : 5)
                .duration(Duration.ofSeconds(60))
                .faults(faults)
                .workload(() -> new LockWorkload(6, 2))
                .nodeOptions(LeaseReadsTest::readingByLease)
                .build()
                .run();
        assertTrue(report.marks().getOrDefault("held lock looked at", 0L) > 100, () -> "looks: " + report.marks());
        assertTrue(report.marks().getOrDefault("leader changed", 0L) > 1, () -> "leaders: " + report.marks());
    }

    private static NodeOptions readingByLease(NodeOptions from) {
        return new NodeOptions(
                from.self(),
                from.founders(),
                from.seeds(),
                from.weight(),
                from.address(),
                from.http(),
                from.externalQueues(),
                from.externalMemory(),
                from.ringSeed(),
                from.limits(),
                from.raft().withReads(true, from.raft().maxPendingReads()),
                from.lease(),
                from.locks(),
                from.queues(),
                from.cache());
    }
}
