package io.sinkron.cache;

import static io.sinkron.cache.AuditAnomaly.COPIES_DIFFER;
import static io.sinkron.cache.AuditAnomaly.COPY_BESIDE_OWNER;
import static io.sinkron.cache.AuditAnomaly.HOLDER_UNKNOWN_TO_HOME;
import static io.sinkron.cache.AuditAnomaly.MEMORY_DIFFERS;
import static io.sinkron.cache.AuditAnomaly.ONE_VERSION_TWO_VALUES;
import static io.sinkron.cache.AuditAnomaly.TWO_OWNERS;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_BACK;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.Setup.Stage;
import io.sinkron.cache.World.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The auditor is worth something: where the protocol lacks one of its rules, and nobody else looks, an audit finds out. */
class AuditFindsTest {
    private static final int LIMIT = 400_000;
    private static final int WALKS = 2_000;
    private static final int STEPS = 120;
    private static final List<Stage> TWO = List.of(new Stage(0b11, 0));
    private static final List<Stage> THREE = List.of(new Stage(0b111, 0));

    static Stream<Arguments> bugs() {
        Setup two = Setup.of(TWO, 2, 2, WRITE_BACK);
        Setup one = Setup.of(TWO, 2, 1, WRITE_BACK);
        Setup duplicate = one.with(World.DUPLICATES, 1);
        return Stream.of(
                bug("P1", TWO_OWNERS, two, PlantedBugs.IDLE_AFTER_GRANT),
                bug("P2", COPY_BESIDE_OWNER, Setup.of(THREE, 1, 1, WRITE_BACK), PlantedBugs.GRANT_AFTER_FIRST_ANSWER),
                bug("P4", ONE_VERSION_TWO_VALUES, two.with(World.EVICTIONS, 1), PlantedBugs.DROP_AT_EVICTION),
                bug("P8", MEMORY_DIFFERS, two.with(World.FLUSHES, 1), PlantedBugs.ANY_ACKNOWLEDGEMENT),
                bug("P12", COPY_BESIDE_OWNER, two, PlantedBugs.UNKNOWN_IS_NOBODY),
                bug("P13", TWO_OWNERS, two, PlantedBugs.OWNER_LEFT_OUT),
                bug("F1", TWO_OWNERS, one.withFilter(0), PlantedFilterBugs.FORGOTTEN_IS_UNCACHED),
                bug("F2", HOLDER_UNKNOWN_TO_HOME, one, PlantedFilterBugs.OWNER_OMITTED),
                bug(
                        "F3",
                        HOLDER_UNKNOWN_TO_HOME,
                        Setup.of(THREE, 1, 1, WRITE_BACK),
                        PlantedFilterBugs.READER_NOT_ADDED),
                bug("F4", HOLDER_UNKNOWN_TO_HOME, duplicate, PlantedFilterBugs.DECLINED_CHANGES_NOTHING),
                bug(
                        "F6",
                        HOLDER_UNKNOWN_TO_HOME,
                        one.with(World.EVICTIONS, 1),
                        PlantedFilterBugs.LATE_WORD_OF_AN_EVICTION),
                bug("G1", COPY_BESIDE_OWNER, duplicate, PlantedFilterBugs.OWNER_READS_AGAIN),
                bug(
                        "G2",
                        COPIES_DIFFER,
                        Setup.of(THREE, 1, 2, WRITE_BACK).withFilter(0),
                        PlantedFilterBugs.RETAINED_IS_NEWEST));
    }

    private static Arguments bug(String rule, AuditAnomaly found, Setup setup, PlantedBug bug) {
        return Arguments.of(rule, found, setup.with(World.AUDITS, 1).withBug(bug));
    }

    @ParameterizedTest(name = "without {0}: {1}")
    @MethodSource("bugs")
    void theSearchComesToAnAuditThatFindsOut(String rule, AuditAnomaly found, Setup setup) {
        long start = System.nanoTime();
        Search.Result result = Search.runAudited(setup, LIMIT);
        System.out.printf("audits without %s: %s, %d ms%n", rule, result, (System.nanoTime() - start) / 1_000_000);
        assertNotNull(result.violation(), result::toString);
        assertTrue(result.violation().contains("anomaly=" + found + ","), result::toString);
    }

    static Stream<Arguments> walks() {
        return Stream.of(
                walk("P1", TWO, PlantedBugs.IDLE_AFTER_GRANT),
                walk("P2", THREE, PlantedBugs.GRANT_AFTER_FIRST_ANSWER),
                walk("P12", TWO, PlantedBugs.UNKNOWN_IS_NOBODY),
                walk("P13", TWO, PlantedBugs.OWNER_LEFT_OUT),
                walk("F1", TWO, PlantedFilterBugs.FORGOTTEN_IS_UNCACHED));
    }

    private static Arguments walk(String rule, List<Stage> nodes, PlantedBug bug) {
        return Arguments.of(
                rule,
                Setup.of(nodes, 4, 4, WRITE_BACK)
                        .with(World.AUDITS, 15)
                        .withFilter(bug == PlantedFilterBugs.FORGOTTEN_IS_UNCACHED ? 0 : 4)
                        .withBug(bug));
    }

    @ParameterizedTest(name = "without {0}")
    @MethodSource("walks")
    void aRandomWalkComesToAnAuditThatFindsOut(String rule, Setup setup) {
        World world = new World(setup);
        world.isJudged = false;
        int walks = 1;
        while (walks < WALKS && !isFound(world, new Random(walks))) {
            walks++;
        }
        System.out.printf("audits without %s: found by random walk %d%n", rule, walks);
        assertTrue(walks < WALKS, "not found by " + WALKS + " walks");
    }

    private static boolean isFound(World world, Random random) {
        Actions actions = new Actions(world);
        int[] state = world.initial();
        for (int step = 0; step < STEPS; step++) {
            List<int[]> next = new ArrayList<>();
            try {
                actions.visit(state, (after, action) -> next.add(after));
            } catch (Violation found) {
                return true;
            }
            if (next.isEmpty()) {
                return false;
            }
            state = next.get(random.nextInt(next.size()));
        }
        return false;
    }
}
