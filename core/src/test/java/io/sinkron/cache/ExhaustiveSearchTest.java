package io.sinkron.cache;

import static io.sinkron.cache.CacheRequest.Durability.BACKED_UP;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_BACK;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_THROUGH;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.Setup.Stage;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every interleaving of the real machines in small clusters: single writer or many readers, every copy the last write seen, nothing seen is lost (with
 * one crash as well), and a quiet state always in reach.
 */
class ExhaustiveSearchTest {
    private static final int LIMIT = 8_000_000;
    private static final Stage BOTH = new Stage(0b11, 0);
    private static final Stage BOTH_WITH_ANOTHER_HOME = new Stage(0b11, 1);
    private static final Stage WITHOUT_THE_FIRST = new Stage(0b10, 1);
    private static final Stage THE_FIRST = new Stage(0b01, 0);
    private static final Stage THREE_WITHOUT_THE_LAST = new Stage(0b011, 0);
    private static final Stage THREE = new Stage(0b111, 0);
    private static final Stage THREE_WITHOUT_THE_FIRST = new Stage(0b110, 1);
    private static final Stage THREE_WITH_ANOTHER_HOME = new Stage(0b111, 1);
    private static final Stage FOUR = new Stage(0b1111, 0);
    private static final List<Stage> LINES_MOVE = List.of(BOTH, BOTH_WITH_ANOTHER_HOME);
    private static final List<Stage> THREE_MOVE = List.of(THREE, THREE_WITH_ANOTHER_HOME);
    private static final List<Stage> ONE_OF_THREE_GOES = List.of(THREE, THREE_WITHOUT_THE_FIRST);
    private static final List<Stage> THE_HOME_GOES_AND_COMES = List.of(BOTH, WITHOUT_THE_FIRST, BOTH);

    static Stream<Arguments> clusters() {
        return Stream.of(
                two("nothing goes wrong", 3, 2, BACKED_UP, Map.of()),
                lines("two lines, room for one, write-back", 2, 1, WRITE_BACK, Map.of()),
                lines("two lines, room for one", 1, 1, BACKED_UP, Map.of()),
                lines("two lines, room for one, a duplicate", 1, 1, WRITE_BACK, Map.of(World.DUPLICATES, 1)),
                of("a view change, the home stays", 2, List.of(BOTH, BOTH), 2, 1, BACKED_UP, Map.of()),
                of("a crash, the home stays", 2, List.of(BOTH, THE_FIRST), 2, 2, BACKED_UP, Map.of(World.CRASHES, 1)),
                of(
                        "a crash among three, the home stays",
                        3,
                        List.of(THREE, THREE_WITHOUT_THE_LAST),
                        1,
                        1,
                        BACKED_UP,
                        Map.of(World.CRASHES, 1)),
                of(
                        "a node taken for dead comes back, the home stays",
                        2,
                        List.of(BOTH, THE_FIRST, BOTH),
                        1,
                        1,
                        BACKED_UP,
                        Map.of(World.LEASE_LOSSES, 1)),
                of(
                        "a crash and a restart, the home stays",
                        2,
                        List.of(BOTH, THE_FIRST, new Stage(0b11, 0, 0b10)),
                        1,
                        1,
                        BACKED_UP,
                        Map.of(World.CRASHES, 1)),
                of(
                        "a crash and a restart",
                        2,
                        List.of(BOTH, WITHOUT_THE_FIRST, new Stage(0b11, 0, 0b01)),
                        1,
                        1,
                        BACKED_UP,
                        Map.of(World.CRASHES, 1)),
                deleting("a delete", BACKED_UP, Map.of()),
                three("three nodes, without the filter", 0, 1, 2, BACKED_UP, Map.of()),
                three(
                        "three nodes, an eviction and a duplicate, write-back",
                        4,
                        1,
                        1,
                        WRITE_BACK,
                        Map.of(World.EVICTIONS, 1, World.DUPLICATES, 1)),
                search("two count", Setup.of(List.of(BOTH), 2, 3, BACKED_UP).withCounting()),
                search(
                        "two count, an eviction and a duplicate",
                        Setup.of(List.of(BOTH), 1, 2, BACKED_UP)
                                .withCounting()
                                .with(World.EVICTIONS, 1)
                                .with(World.DUPLICATES, 1)),
                search(
                        "three count, a loss",
                        Setup.of(List.of(THREE), 1, 2, BACKED_UP).withCounting().with(World.DROPS, 1)),
                two("an eviction", 2, 2, BACKED_UP, Map.of(World.EVICTIONS, 1)),
                two("two evictions, write-back", 2, 2, WRITE_BACK, Map.of(World.EVICTIONS, 2)),
                two("an eviction, write-through", 2, 2, WRITE_THROUGH, Map.of(World.EVICTIONS, 1)),
                two("a write-back in the background", 2, 2, BACKED_UP, Map.of(World.FLUSHES, 1)),
                two("a lost message", 2, 2, BACKED_UP, Map.of(World.DROPS, 1)),
                two("a duplicate", 2, 2, BACKED_UP, Map.of(World.DUPLICATES, 1)),
                two(
                        "a loss and a duplicate, write-back",
                        2,
                        1,
                        WRITE_BACK,
                        Map.of(World.DROPS, 1, World.DUPLICATES, 1)),
                two("a minimum hold", 2, 2, BACKED_UP, Map.of(World.HOLDS, 1)),
                two(
                        "a minimum hold, an eviction and a duplicate, write-back",
                        1,
                        2,
                        WRITE_BACK,
                        Map.of(World.HOLDS, 1, World.EVICTIONS, 1, World.DUPLICATES, 1)),
                two(
                        "a minimum hold, a lease lost and regained",
                        1,
                        2,
                        BACKED_UP,
                        Map.of(World.HOLDS, 1, World.LEASE_LOSSES, 1)),
                of(
                        "the home moves, a minimum hold",
                        2,
                        List.of(BOTH, BOTH_WITH_ANOTHER_HOME),
                        1,
                        2,
                        BACKED_UP,
                        Map.of(World.HOLDS, 1)),
                two("a call cancelled", 2, 2, BACKED_UP, Map.of(World.CANCELS, 1)),
                two("a failure of main memory", 2, 2, BACKED_UP, Map.of(World.FAILURES, 1)),
                two("a lease lost and regained", 2, 1, BACKED_UP, Map.of(World.LEASE_LOSSES, 1)),
                of("three nodes", 3, List.of(THREE), 1, 2, BACKED_UP, Map.of()),
                of("three nodes, write-back", 3, List.of(THREE), 2, 2, WRITE_BACK, Map.of()),
                of("the home moves", 2, List.of(BOTH, BOTH_WITH_ANOTHER_HOME), 2, 1, BACKED_UP, Map.of()),
                of("the home moves, write-back", 2, List.of(BOTH, BOTH_WITH_ANOTHER_HOME), 2, 2, WRITE_BACK, Map.of()),
                of("a crash", 2, List.of(BOTH, WITHOUT_THE_FIRST), 2, 2, BACKED_UP, Map.of(World.CRASHES, 1)),
                late("a crash, memory's answers late", List.of(BOTH, WITHOUT_THE_FIRST), Map.of(World.CRASHES, 1)),
                late("an eviction, memory's answers late", List.of(BOTH), Map.of(World.EVICTIONS, 1)),
                of(
                        "a crash among three",
                        3,
                        List.of(THREE, THREE_WITHOUT_THE_FIRST),
                        1,
                        1,
                        BACKED_UP,
                        Map.of(World.CRASHES, 1)),
                of(
                        "a node taken for dead",
                        2,
                        List.of(BOTH, WITHOUT_THE_FIRST),
                        2,
                        1,
                        BACKED_UP,
                        Map.of(World.LEASE_LOSSES, 1)),
                of(
                        "a node taken for dead comes back",
                        2,
                        List.of(BOTH, WITHOUT_THE_FIRST, BOTH),
                        1,
                        1,
                        BACKED_UP,
                        Map.of(World.LEASE_LOSSES, 1)));
    }

    /** What the model that the protocol was first checked with had not: times to live, two lines in a change of the view, more nodes with a fault. */
    static Stream<Arguments> moreClusters() {
        return Stream.of(
                search("values expire", Setup.of(List.of(BOTH), 2, 2, BACKED_UP).withExpiry()),
                search(
                        "values expire, an eviction, write-back",
                        Setup.of(List.of(BOTH), 2, 1, WRITE_BACK).withExpiry().with(World.EVICTIONS, 1)),
                search(
                        "two lines, room for one, a crash",
                        Setup.of(List.of(BOTH, WITHOUT_THE_FIRST), 1, 1, BACKED_UP)
                                .withTwoLines()
                                .with(World.CRASHES, 1)),
                search(
                        "two lines, room for one, the home moves",
                        Setup.of(LINES_MOVE, 1, 1, BACKED_UP).withTwoLines()),
                search(
                        "three nodes, a loss",
                        Setup.of(List.of(THREE), 1, 2, BACKED_UP).with(World.DROPS, 1)),
                search(
                        "three nodes, a duplicate",
                        Setup.of(List.of(THREE), 1, 1, BACKED_UP).with(World.DUPLICATES, 1)),
                search(
                        "three nodes, a lease lost and regained",
                        Setup.of(List.of(THREE), 1, 1, BACKED_UP).with(World.LEASE_LOSSES, 1)),
                search("four nodes, write-back", Setup.of(List.of(FOUR), 1, 2, WRITE_BACK)));
    }

    static Stream<Arguments> largestClusters() {
        return Stream.of(
                search("two nodes, four calls each, three writes", Setup.of(List.of(BOTH), 4, 3, BACKED_UP)),
                search("three nodes, the home moves", Setup.of(THREE_MOVE, 1, 2, BACKED_UP)),
                search(
                        "three nodes, the home moves, a loss",
                        Setup.of(THREE_MOVE, 1, 1, BACKED_UP).with(World.DROPS, 1)),
                search(
                        "three nodes, the home moves, a duplicate, write-back",
                        Setup.of(THREE_MOVE, 1, 1, WRITE_BACK).with(World.DUPLICATES, 1)),
                search(
                        "three nodes, two writes, a duplicate",
                        Setup.of(List.of(THREE), 1, 2, BACKED_UP).with(World.DUPLICATES, 1)),
                search(
                        "three nodes, a loss and a duplicate",
                        Setup.of(List.of(THREE), 1, 1, BACKED_UP)
                                .with(World.DROPS, 1)
                                .with(World.DUPLICATES, 1)),
                search(
                        "three nodes, two writes, an eviction and a duplicate",
                        Setup.of(List.of(THREE), 1, 2, BACKED_UP)
                                .with(World.EVICTIONS, 1)
                                .with(World.DUPLICATES, 1)),
                search("three nodes, two calls each, two writes", Setup.of(List.of(THREE), 2, 2, BACKED_UP)),
                search(
                        "three nodes, two calls each, a duplicate, write-back",
                        Setup.of(List.of(THREE), 2, 2, WRITE_BACK).with(World.DUPLICATES, 1)),
                search(
                        "a crash among three, two writes",
                        Setup.of(ONE_OF_THREE_GOES, 1, 2, BACKED_UP).with(World.CRASHES, 1)),
                search(
                        "a crash among three and a loss",
                        Setup.of(ONE_OF_THREE_GOES, 1, 1, BACKED_UP)
                                .with(World.CRASHES, 1)
                                .with(World.DROPS, 1)),
                search(
                        "a crash among three and a duplicate",
                        Setup.of(ONE_OF_THREE_GOES, 1, 1, BACKED_UP)
                                .with(World.CRASHES, 1)
                                .with(World.DUPLICATES, 1)),
                search(
                        "a crash among three and an eviction, memory's answers late",
                        Setup.of(ONE_OF_THREE_GOES, 1, 1, BACKED_UP)
                                .with(World.CRASHES, 1)
                                .with(World.EVICTIONS, 1)
                                .withLateMemory()),
                search(
                        "the home of three taken for dead",
                        Setup.of(ONE_OF_THREE_GOES, 1, 1, BACKED_UP).with(World.LEASE_LOSSES, 1)),
                search(
                        "the home sleeps past its lease and wakes inside a read",
                        Setup.of(THE_HOME_GOES_AND_COMES, 1, 1, BACKED_UP)
                                .with(World.NAPS, 1)
                                .with(World.READS, 1)),
                search(
                        "the other sleeps past its lease and wakes inside a read",
                        Setup.of(List.of(BOTH, THE_FIRST, BOTH), 1, 1, BACKED_UP)
                                .with(World.NAPS, 1)
                                .with(World.READS, 1)),
                search(
                        "the home of three sleeps past its lease and wakes inside a read",
                        Setup.of(ONE_OF_THREE_GOES, 1, 1, BACKED_UP)
                                .with(World.NAPS, 1)
                                .with(World.READS, 1)),
                search(
                        "three nodes, values expire",
                        Setup.of(List.of(THREE), 1, 2, BACKED_UP).withExpiry()),
                search(
                        "values expire, the home moves",
                        Setup.of(LINES_MOVE, 1, 1, BACKED_UP).withExpiry()),
                search(
                        "values expire, a crash",
                        Setup.of(List.of(BOTH, WITHOUT_THE_FIRST), 2, 1, BACKED_UP)
                                .withExpiry()
                                .with(World.CRASHES, 1)),
                search(
                        "two lines, room for one, two calls each, two writes",
                        Setup.of(List.of(BOTH), 2, 2, BACKED_UP).withTwoLines()),
                search(
                        "two lines, room for one, two calls each, a loss",
                        Setup.of(List.of(BOTH), 2, 1, BACKED_UP).withTwoLines().with(World.DROPS, 1)),
                search(
                        "two lines, room for one, two calls each, a crash",
                        Setup.of(List.of(BOTH, WITHOUT_THE_FIRST), 2, 1, BACKED_UP)
                                .withTwoLines()
                                .with(World.CRASHES, 1)),
                search(
                        "two lines, room for one, two calls each, the home moves, write-back",
                        Setup.of(LINES_MOVE, 2, 1, WRITE_BACK).withTwoLines()),
                search("four nodes", Setup.of(List.of(FOUR), 1, 2, BACKED_UP)),
                search(
                        "four nodes, a loss",
                        Setup.of(List.of(FOUR), 1, 1, BACKED_UP).with(World.DROPS, 1)),
                search(
                        "four nodes, a duplicate, write-back",
                        Setup.of(List.of(FOUR), 1, 1, WRITE_BACK).with(World.DUPLICATES, 1)),
                search(
                        "four nodes, three writes, an eviction, write-back",
                        Setup.of(List.of(FOUR), 1, 3, WRITE_BACK).with(World.EVICTIONS, 1)));
    }

    private static Arguments search(String name, Setup setup) {
        return Arguments.of(name, setup);
    }

    /** Larger ones: minutes together. */
    static Stream<Arguments> largerClusters() {
        Map<Integer, Integer> evictionAndDuplicate = Map.of(World.EVICTIONS, 1, World.DUPLICATES, 1);
        return Stream.of(
                three("three nodes, without the filter, write-back", 0, 2, 2, WRITE_BACK, Map.of()),
                three("three nodes", 4, 2, 1, BACKED_UP, Map.of()),
                of(
                        "the home moves away and back",
                        2,
                        List.of(BOTH, BOTH_WITH_ANOTHER_HOME, BOTH),
                        1,
                        1,
                        BACKED_UP,
                        Map.of()),
                deleting("a delete and a duplicate, write-through", WRITE_THROUGH, Map.of(World.DUPLICATES, 1)),
                deleting("a delete, an eviction and a duplicate, write-back", WRITE_BACK, evictionAndDuplicate),
                lines("two lines, room for one, two writes, write-back", 2, 2, WRITE_BACK, Map.of()),
                of(
                        "the home moves, a duplicate",
                        2,
                        List.of(BOTH, BOTH_WITH_ANOTHER_HOME),
                        1,
                        2,
                        BACKED_UP,
                        Map.of(World.DUPLICATES, 1)),
                of(
                        "a crash, a loss and an eviction",
                        2,
                        List.of(BOTH, WITHOUT_THE_FIRST),
                        1,
                        2,
                        BACKED_UP,
                        Map.of(World.CRASHES, 1, World.DROPS, 1, World.EVICTIONS, 1)));
    }

    private static Arguments two(
            String name, int calls, int writes, Durability durability, Map<Integer, Integer> budgets) {
        return of("two nodes, " + name, 2, List.of(BOTH), calls, writes, durability, budgets);
    }

    private static Arguments of(
            String name,
            int nodes,
            List<Stage> stages,
            int calls,
            int writes,
            Durability durability,
            Map<Integer, Integer> budgets) {
        return Arguments.of(name, Setup.of(stages, calls, writes, durability).with(budgets));
    }

    private static Arguments lines(
            String name, int calls, int writes, Durability durability, Map<Integer, Integer> budgets) {
        return Arguments.of(
                name,
                Setup.of(List.of(BOTH), calls, writes, durability)
                        .withTwoLines()
                        .with(budgets));
    }

    private static Arguments deleting(String name, Durability durability, Map<Integer, Integer> budgets) {
        return Arguments.of(
                "two nodes, " + name,
                Setup.of(List.of(BOTH), 2, 2, durability).withDelete().with(budgets));
    }

    private static Arguments three(
            String name, int filter, int calls, int writes, Durability durability, Map<Integer, Integer> budgets) {
        return Arguments.of(
                name,
                Setup.of(List.of(THREE), calls, writes, durability)
                        .withFilter(filter)
                        .with(budgets));
    }

    /** Between main memory's doing something and its answer, anything may happen. */
    private static Arguments late(String name, List<Stage> stages, Map<Integer, Integer> budgets) {
        return Arguments.of(
                name, Setup.of(stages, 2, 2, BACKED_UP).withLateMemory().with(budgets));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"largerClusters", "largestClusters"})
    @EnabledIfSystemProperty(named = "sinkron.cache.search", matches = "true", disabledReason = "takes minutes")
    void soItIsInLargerClusters(String name, Setup setup) {
        everyReachableStateHoldsTheInvariantsAndCanComeToRest(name, setup);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"clusters", "moreClusters"})
    void everyReachableStateHoldsTheInvariantsAndCanComeToRest(String name, Setup setup) {
        long start = System.nanoTime();
        Search.Result result = Search.run(setup, LIMIT);
        System.out.printf("%s: %s, %.1f s%n", name, result, (System.nanoTime() - start) / 1e9);
        assertNull(result.violation(), () -> result.violation() + "\n" + String.join("\n", result.trace()));
        assertTrue(result.isExhausted(), result::toString);
    }
}
