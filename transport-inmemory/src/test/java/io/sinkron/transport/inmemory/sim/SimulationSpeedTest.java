package io.sinkron.transport.inmemory.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.workload.CacheWorkload;
import io.sinkron.transport.inmemory.sim.workload.Environment;
import io.sinkron.transport.inmemory.sim.workload.LockWorkload;
import io.sinkron.transport.inmemory.sim.workload.QueueWorkload;
import io.sinkron.transport.inmemory.sim.workload.Workload;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How many virtual seconds and events a core simulates in a second, with three nodes, the codec, the disks and all checks: idle, with the load that seeds
 * draw, and with clients that never rest. One thread, after a warm-up; by the thread's processor time, and by the clock.
 */
@EnabledIfSystemProperty(
        named = "sinkron.speed",
        matches = "true",
        disabledReason = "a measurement, for a quiet machine")
class SimulationSpeedTest {
    private static final int WARM_UP = Integer.getInteger("sinkron.speed.warm.up", 60);
    private static final int SEEDS = Integer.getInteger("sinkron.speed.seeds", 100);
    private static final Duration DURATION = Duration.ofSeconds(60);

    @Test
    void anIdleCluster() {
        measure("idle", seed -> builder(seed).faults(Faults.NONE).workload(Nobody::new));
    }

    @Test
    void theLoadThatSeedsDraw() {
        measure("drawn", SimulationSpeedTest::builder);
    }

    @Test
    void clientsThatNeverRest() {
        measure(
                "dense",
                seed -> builder(seed)
                        .workload(() -> new LockWorkload(5, 3))
                        .workload(() -> new QueueWorkload(2, 3, 2, true))
                        .workload(() -> new CacheWorkload(5, 3, Durability.WRITE_THROUGH)));
    }

    private static Simulation.Builder builder(long seed) {
        return Simulation.builder().seed(seed).nodes(3).duration(DURATION);
    }

    private static void measure(String load, LongFunction<Simulation.Builder> runs) {
        for (long seed = 0; seed < WARM_UP; seed++) {
            runs.apply(1_000_000 + seed).build().run();
        }
        long events = 0;
        long virtualNanos = 0;
        long wall = System.nanoTime();
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (long seed = 0; seed < SEEDS; seed++) {
            SimulationReport report = runs.apply(seed).build().run();
            events += report.events();
            virtualNanos += report.virtualNanos();
        }
        cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
        wall = System.nanoTime() - wall;
        System.out.printf(
                "%s: %d events in %.0f virtual seconds, %.0f a second; per second of processor time %.0f virtual seconds and %.0f events;"
                        + " per second %.0f virtual seconds%n",
                load,
                events,
                virtualNanos / 1e9,
                events / (virtualNanos / 1e9),
                virtualNanos / (double) cpu,
                events / (cpu / 1e9),
                virtualNanos / (double) wall);
        assertTrue(virtualNanos >= SEEDS * DURATION.toNanos());
    }

    /** No client at all. */
    private static final class Nobody implements Workload {
        @Override
        public String name() {
            return "nobody";
        }

        @Override
        public void start(Environment environment) {}

        @Override
        public void drain() {}

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public void check() {}
    }
}
