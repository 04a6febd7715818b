package io.sinkron.transport.inmemory.sim;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.world.Marks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole cluster under faults. {@code -Dsinkron.seeds=N} runs N seeds, {@code -Dsinkron.first.seed=S} from S on, {@code -Dsinkron.seed=S} one
 * alone, {@code -Dsinkron.faults=...} with these decisions only, {@code -Dsinkron.trace=true} with a line for each event. A failure is made small
 * first, by up to {@code -Dsinkron.shrink.runs=N} runs.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("sinkron.seeds", 400);
    private static final long FIRST_SEED = Long.getLong("sinkron.first.seed", 0);
    private static final Duration DURATION = Duration.ofSeconds(60);
    private static final int SHRINK_RUNS = Integer.getInteger("sinkron.shrink.runs", 150);

    /** What a run of many seeds must have reached, or it has proved nothing about it. */
    private static final List<String> SITUATIONS = List.of(
            "leader elected",
            "leader changed",
            "pre-vote refused",
            "append rejected",
            "log cut",
            "crash",
            "crash between two effects",
            "restart",
            "outage of all nodes",
            "power lost in a write",
            "disk error stopped a node",
            "pause",
            "one node cut off",
            "one node cut off in one direction",
            "partition in halves",
            "halves with a bridge",
            "ring",
            "link clogged",
            "store goes away",
            "links swizzled",
            "slow link",
            "slow link in one direction",
            "slow node",
            "disk stalled",
            "disk damage: named",
            "damaged log refused to start",
            "disk replaced by an empty one",
            "leader died",
            "all nodes are voters again",
            "store request lost",
            "store reply lost",
            "store request late",
            "message lost",
            "message duplicated",
            "old message replayed",
            "snapshot saved",
            "snapshot piece sent",
            "state compared",
            "view prepared",
            "view activated",
            "lease lost",
            "session opened",
            "session expired",
            "lock granted",
            "held lock looked at",
            "read answered by the leader",
            "lock upgraded",
            "lock timed out",
            "wait cancelled",
            "deadlock refused",
            "deadlock of three or more refused",
            "message acknowledged",
            "message redelivered",
            "message given back",
            "ack of a delivery that was over",
            "queue moved",
            "cache hit",
            "cache value written",
            "cache version mismatch",
            "line invalidated",
            "client tried again",
            "healed");

    /** What a long run must have reached as well. */
    private static final List<String> RARE_SITUATIONS = List.of(
            "two leaders of different terms",
            "leader deposed by a higher term",
            "snapshot installed",
            "snapshot piece sent again",
            "append of an old term",
            "append that ends before the log does",
            "joint configuration",
            "joint configuration left",
            "a server that isn't a founder votes",
            "voter added",
            "learner added",
            "leadership transferred");

    @Test
    @DisabledIfSystemProperty(named = "sinkron.seed", matches = ".*", disabledReason = "one seed alone is replayed")
    void everySeedIsSafeUnderFaultsAndServesAgainWhenHealed() {
        Marks marks = new Marks();
        AtomicLong events = new AtomicLong();
        AtomicLong virtualNanos = new AtomicLong();
        LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS).parallel().forEach(seed -> {
            SimulationReport report = run(seed);
            synchronized (marks) {
                marks.addAll(report.marks());
            }
            events.addAndGet(report.events());
            virtualNanos.addAndGet(report.virtualNanos());
        });
        System.out.printf(
                "%d seeds, %d events, %.1f virtual hours%n", SEEDS, events.get(), virtualNanos.get() / 3_600e9);
        new TreeMap<>(marks.counts()).forEach((situation, count) -> System.out.printf("%10d  %s%n", count, situation));
        List<String> wanted = new ArrayList<>(SEEDS >= 100 ? SITUATIONS : List.of());
        if (SEEDS >= 1_000) {
            wanted.addAll(RARE_SITUATIONS);
        }
        if (!wanted.isEmpty()) {
            assertAll(wanted.stream()
                    .map(situation -> () -> assertTrue(marks.count(situation) > 0, "never reached: " + situation)));
        }
    }

    @Test
    @DisabledIfSystemProperty(named = "sinkron.seed", matches = ".*", disabledReason = "one seed alone is replayed")
    void aClusterWithoutFaultsServesEverybodyAtOnce() {
        SimulationReport report = Simulation.builder()
                .seed(1)
                .nodes(3)
                .duration(Duration.ofSeconds(20))
                .recovery(Duration.ofSeconds(15))
                .faults(Faults.NONE)
                .replayCommand(replayCommand(1))
                .build()
                .run();
        Marks marks = new Marks();
        marks.addAll(report.marks());
        assertTrue(marks.count("leader elected") == 1, "elections: " + marks.count("leader elected"));
        assertTrue(marks.count("client tried again") < 50, "repeated calls: " + marks.count("client tried again"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("seedsThatOnceFailed")
    void aSeedThatOnceFailedPasses(long seed) {
        run(seed);
    }

    /** A failure is told as it was found, then made small, and thrown as what is left of it. */
    private static SimulationReport run(long seed) {
        Simulation simulation = simulation(seed);
        try {
            return simulation.run();
        } catch (SimulationFailure failure) {
            System.out.println(failure.getMessage());
            SimulationFailure small = simulation.shrink(failure, SHRINK_RUNS);
            System.out.println("smaller: " + replayCommand(seed) + " -Dsinkron.faults=" + small.decisions());
            small.addSuppressed(failure);
            throw small;
        }
    }

    /** The property alone, or the file. */
    static LongStream seedsThatOnceFailed() throws IOException {
        Long one = Long.getLong("sinkron.seed");
        if (one != null) {
            return LongStream.of(one);
        }
        try (InputStream in = SimulationTest.class.getResourceAsStream("/seeds-that-once-failed.txt")) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.stream()
                    .map(line -> line.replaceAll("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .mapToLong(Long::parseLong);
        }
    }

    static Simulation simulation(long seed) {
        Simulation.Builder builder = Simulation.builder()
                .seed(seed)
                .nodes(seed % 2 == 0 ? 3 : 5)
                .duration(DURATION)
                .replayCommand(replayCommand(seed));
        if (Boolean.getBoolean("sinkron.trace")) {
            Consumer<String> lines = System.out::println;
            builder.trace(lines);
        }
        String decisions = System.getProperty("sinkron.faults");
        if (decisions != null) {
            builder.decisions(Decisions.parse(decisions));
        }
        return builder.build();
    }

    private static String replayCommand(long seed) {
        return "mvn -B -pl transport-inmemory -am verify -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dsinkron.seed=" + seed;
    }
}
