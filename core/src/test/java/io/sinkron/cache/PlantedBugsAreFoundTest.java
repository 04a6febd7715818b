package io.sinkron.cache;

import static io.sinkron.cache.CacheRequest.Durability.BACKED_UP;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_BACK;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_THROUGH;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.Setup.Stage;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The search is worth something: without any one of the protocol's rules it finds a violation, within so many steps. */
class PlantedBugsAreFoundTest {
    private static final int LIMIT = 200_000;
    private static final List<Stage> TWO = List.of(new Stage(0b11, 0));
    private static final List<Stage> THREE = List.of(new Stage(0b111, 0));
    private static final List<Stage> MOVED = List.of(new Stage(0b11, 0), new Stage(0b11, 1));
    private static final List<Stage> LEFT = List.of(new Stage(0b11, 0), new Stage(0b10, 1));
    private static final List<Stage> LEFT_OF_THREE = List.of(new Stage(0b111, 0), new Stage(0b110, 1));
    private static final Map<Integer, Integer> NOTHING = Map.of();
    private static final Map<Integer, Integer> CRASH = Map.of(World.CRASHES, 1);
    private static final Map<Integer, Integer> EVICTION = Map.of(World.EVICTIONS, 1);

    static Stream<Arguments> bugs() {
        return Stream.of(
                bug("P1", 8, TWO, 2, 2, WRITE_BACK, NOTHING, PlantedBugs.IDLE_AFTER_GRANT),
                bug("P2", 11, THREE, 1, 1, WRITE_BACK, NOTHING, PlantedBugs.GRANT_AFTER_FIRST_ANSWER),
                bug("P3", 11, TWO, 3, 2, WRITE_BACK, Map.of(World.DUPLICATES, 1), PlantedBugs.ANY_GRANT),
                bug("P4", 5, TWO, 2, 1, WRITE_BACK, EVICTION, PlantedBugs.DROP_AT_EVICTION),
                bug("P5", 7, MOVED, 2, 1, WRITE_BACK, NOTHING, PlantedBugs.DROP_AT_SNOOP),
                bug("P6", 18, TWO, 2, 2, WRITE_BACK, NOTHING, PlantedBugs.GRANT_WITHOUT_DATA),
                bug(
                        "P7",
                        14,
                        TWO,
                        2,
                        2,
                        WRITE_BACK,
                        Map.of(World.DUPLICATES, 1, World.EVICTIONS, 1),
                        PlantedBugs.UNCONDITIONAL_STORE),
                bug("P8", 9, TWO, 2, 2, WRITE_BACK, Map.of(World.FLUSHES, 1), PlantedBugs.ANY_ACKNOWLEDGEMENT),
                bug(
                        "P9",
                        15,
                        LEFT,
                        2,
                        1,
                        WRITE_BACK,
                        Map.of(World.CRASHES, 1, World.EVICTIONS, 1),
                        PlantedBugs.NO_FENCE),
                bug("P10", 7, LEFT, 2, 2, WRITE_BACK, NOTHING, PlantedBugs.NO_LEASE_WAIT),
                bug("P11", 12, MOVED, 2, 2, WRITE_BACK, NOTHING, PlantedBugs.NO_BARRIER),
                bug("P12", 7, TWO, 2, 2, WRITE_BACK, NOTHING, PlantedBugs.UNKNOWN_IS_NOBODY),
                bug("P13", 7, TWO, 2, 2, WRITE_BACK, NOTHING, PlantedBugs.OWNER_LEFT_OUT),
                bug("B1", 4, LEFT, 2, 1, BACKED_UP, CRASH, PlantedBugs.OWN_BACKUP),
                bug("B2", 15, LEFT, 2, 1, BACKED_UP, CRASH, PlantedBugs.NO_RECOVERY_BARRIER),
                bug("B3", 12, LEFT_OF_THREE, 1, 1, BACKED_UP, CRASH, PlantedBugs.EARLY_RELEASE));
    }

    static Stream<Arguments> filterBugs() {
        Map<Integer, Integer> duplicate = Map.of(World.DUPLICATES, 1);
        Map<Integer, Integer> lease = Map.of(World.LEASE_LOSSES, 1);
        List<Stage> andBack = List.of(new Stage(0b11, 0), new Stage(0b11, 1), new Stage(0b11, 0));
        return Stream.of(
                bug("F1", 6, TWO, 2, 1, WRITE_BACK, NOTHING, PlantedFilterBugs.FORGOTTEN_IS_UNCACHED),
                bug("F2", 4, TWO, 2, 1, WRITE_BACK, NOTHING, PlantedFilterBugs.OWNER_OMITTED),
                bug("F3", 14, THREE, 2, 1, WRITE_BACK, NOTHING, PlantedFilterBugs.READER_NOT_ADDED),
                bug("F4", 9, TWO, 2, 1, WRITE_BACK, duplicate, PlantedFilterBugs.DECLINED_CHANGES_NOTHING),
                bug("F5", 17, andBack, 1, 1, WRITE_BACK, NOTHING, PlantedFilterBugs.KEPT_THOUGH_THE_HOME_MOVED),
                bug("F6", 12, TWO, 3, 1, WRITE_BACK, EVICTION, PlantedFilterBugs.LATE_WORD_OF_AN_EVICTION),
                bug("G1", 8, TWO, 2, 1, WRITE_BACK, duplicate, PlantedFilterBugs.OWNER_READS_AGAIN),
                bug("G2", 21, THREE, 1, 2, WRITE_BACK, NOTHING, PlantedFilterBugs.RETAINED_IS_NEWEST),
                bug("L1", 11, LEFT, 2, 2, WRITE_BACK, lease, PlantedFilterBugs.OWN_LEASE_UNCHECKED),
                bug("T1", 6, TWO, 2, 2, WRITE_THROUGH, duplicate, PlantedFilterBugs.NO_TOMBSTONE));
    }

    static Stream<Arguments> lateBugs() {
        List<Stage> andBack = List.of(new Stage(0b11, 0), new Stage(0b10, 1), new Stage(0b11, 0));
        Map<Integer, Integer> duplicate = Map.of(World.DUPLICATES, 1);
        Map<Integer, Integer> nap = Map.of(World.NAPS, 1);
        Map<Integer, Integer> napInARead = Map.of(World.NAPS, 1, World.READS, 1);
        return Stream.of(
                bug("C1", 10, TWO, 2, 1, WRITE_BACK, NOTHING, PlantedLateBugs.ACKNOWLEDGED_BEFORE_THE_FILL),
                bug("G3", 6, TWO, 2, 1, WRITE_BACK, NOTHING, PlantedLateBugs.READERS_BESIDE_A_WRITER),
                bug("B4", 10, TWO, 2, 2, BACKED_UP, duplicate, PlantedLateBugs.OLDER_BACKUP),
                bug("L2", 20, andBack, 1, 1, BACKED_UP, napInARead, PlantedLateBugs.LEASE_END_READ_LATE),
                bug("L3", 11, LEFT, 2, 2, WRITE_BACK, nap, PlantedFilterBugs.OWN_LEASE_UNCHECKED),
                bug("E1", 8, TWO, 2, 1, BACKED_UP, NOTHING, PlantedLateBugs.EXPIRY_UNCHECKED));
    }

    private static Arguments bug(
            String rule,
            int steps,
            List<Stage> stages,
            int calls,
            int writes,
            Durability durability,
            Map<Integer, Integer> budgets,
            PlantedBug bug) {
        Setup setup = Setup.of(stages, calls, writes, durability).with(budgets).withBug(bug);
        if (bug == PlantedBugs.NO_FENCE || bug == PlantedBugs.NO_RECOVERY_BARRIER) {
            setup = setup.withLateMemory();
        } else if (bug == PlantedFilterBugs.FORGOTTEN_IS_UNCACHED || bug == PlantedFilterBugs.RETAINED_IS_NEWEST) {
            setup = setup.withFilter(0);
        } else if (bug == PlantedFilterBugs.NO_TOMBSTONE) {
            setup = setup.withDelete();
        } else if (bug == PlantedLateBugs.EXPIRY_UNCHECKED) {
            setup = setup.withExpiry();
        }
        return Arguments.of(rule, steps, setup);
    }

    @ParameterizedTest(name = "without {0}: within {1} steps")
    @MethodSource({"bugs", "filterBugs", "lateBugs"})
    void theSearchFindsAViolationWithoutTheRule(String rule, int steps, Setup setup) {
        Search.Result result = Search.run(setup, LIMIT);
        System.out.printf("without %s: %s%n", rule, result);
        assertNotNull(result.violation(), result::toString);
        assertTrue(result.trace().size() <= steps, () -> String.join("\n", result.trace()));
    }

    /** The barrier alone is enough: a cache that obeys snoops of any view is as safe. So the drop of old messages is a second defence only. */
    @Test
    void obeyingHomesOfAnyViewIsSafeBehindTheBarrier() {
        Setup setup = Setup.of(MOVED, 2, 1, WRITE_BACK).withBug(PlantedBugs.ANY_EPOCH);
        Search.Result result = Search.run(setup, LIMIT);
        assertNull(result.violation(), () -> result.violation() + "\n" + String.join("\n", result.trace()));
        assertTrue(result.isExhausted(), result::toString);
    }
}
