package io.sinkron.transport.inmemory.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand;
import io.sinkron.node.Call;
import io.sinkron.transport.inmemory.sim.fault.FaultKind;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.fault.PlannedFault;
import io.sinkron.transport.inmemory.sim.workload.Environment;
import io.sinkron.transport.inmemory.sim.workload.Workload;
import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a failure needs is what is left of its faults. */
class ShrinkerTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void aClientThatCannotStandACrashOfTheSecondNodeIsShrunkToThatCrashWhichFailsAgain() {
        Simulation simulation = builder().build();
        SimulationFailure failure = assertThrows(SimulationFailure.class, simulation::run);
        int before = failure.decisions().faults().size();

        SimulationFailure small = simulation.shrink(failure, 100);

        assertTrue(before >= 15, "the run has only " + before + " faults");
        List<PlannedFault> left = small.decisions().faults();
        assertEquals(1, left.size(), small.decisions().toString());
        assertEquals(FaultKind.CRASH, left.get(0).kind());
        assertEquals(2, left.get(0).node());
        assertEquals(3, small.decisions().nodes());

        Decisions written = Decisions.parse(small.decisions().toString());
        Simulation shorter = builder().decisions(written).build();
        SimulationFailure again = assertThrows(SimulationFailure.class, shorter::run);
        assertEquals(failure.invariant(), again.invariant());
        assertEquals(small.virtualNanos(), again.virtualNanos());
    }

    @Test
    void withoutARunToTryNothingButWhatBeginsTooLateIsTakenAway() {
        Simulation simulation = builder().build();
        SimulationFailure failure = assertThrows(SimulationFailure.class, simulation::run);
        SimulationFailure small = simulation.shrink(failure, 0);
        assertTrue(small.decisions().faults().stream()
                .allMatch(fault -> fault.atMillis() * 1_000_000 <= failure.virtualNanos()));
        assertEquals(failure.decisions().without(), small.decisions().without());
    }

    @Test
    void decisionsAreReadAsTheyAreWritten() {
        Decisions decisions = new Decisions(
                5,
                Set.of("links", "cache"),
                2,
                List.of(
                        new PlannedFault(FaultKind.SLOW_LINK, 3, 17, 4_000, 12),
                        new PlannedFault(FaultKind.PARTITION, 0, 99, 0, 7)));
        assertEquals(
                "nodes=5/without=cache+links/clients=2/faults=slow-link.3.17.4000.12,partition.0.99.0.7",
                decisions.toString());
        assertEquals(decisions, Decisions.parse(decisions.toString()));
        assertThrows(IllegalArgumentException.class, () -> Decisions.parse("faults=crash.1.1.1.1"));
        assertThrows(IllegalArgumentException.class, () -> Decisions.parse("nodes=3/faults=crash.1.1"));
    }

    private static Simulation.Builder builder() {
        Faults faults = new Faults(
                LinkQuality.PERFECT,
                DiskQuality.PERFECT,
                NodeQuality.PERFECT,
                StoreQuality.PERFECT,
                Map.of(
                        FaultKind.CRASH,
                        2 * SECOND,
                        FaultKind.PAUSE,
                        SECOND,
                        FaultKind.PARTITION,
                        SECOND,
                        FaultKind.CLOG,
                        SECOND),
                false);
        return Simulation.builder()
                .seed(11)
                .nodes(5)
                .duration(Duration.ofSeconds(20))
                .faults(faults)
                .workload(ForgetfulClient::new);
    }

    /** The planted bug: it can't do without the second node. */
    private static final class ForgetfulClient implements Workload {
        private static final NodeId SECOND_NODE = NodeId.of("n2");

        private Environment environment;
        private boolean draining;

        @Override
        public String name() {
            return "forgetful";
        }

        @Override
        public void start(Environment newEnvironment) {
            environment = newEnvironment;
            environment.after(SECOND, this::ask);
        }

        private void ask() {
            environment.call(
                    SECOND_NODE,
                    SECOND,
                    (id, now, deadline) -> new Call.ReadStale(id, deadline, new LockCommand.ReadGraph()),
                    answer -> {
                        boolean isDown = !draining
                                && environment.nowNanos() < 20 * SECOND
                                && answer.toString().contains("the node is down");
                        Violation.check(!isDown, "X0 the planted bug", "it was told " + answer);
                        if (!draining) {
                            environment.after(SECOND / 50, this::ask);
                        }
                    });
        }

        @Override
        public void drain() {
            draining = true;
        }

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public void check() {}
    }
}
