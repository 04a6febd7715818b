package io.sinkron.raft.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.search.Setup.Beginning;
import io.sinkron.raft.search.Setup.Change;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every interleaving of the real machines in small groups, up to bounds: R1 to R9, R11 and R14 of {@code docs/verification.md} after every step.
 * {@code -Dsinkron.raft.search=true} adds the larger bounds.
 */
class ExhaustiveSearchTest {
    private static final int LIMIT = 2_000_000;
    private static final int LARGE_LIMIT = 25_000_000;

    static Stream<Arguments> groups() {
        return Stream.of(
                of(
                        "an election, slow disks",
                        Setup.of(Beginning.FOLLOWERS, 3, 2).promising()),
                of(
                        "an election, a crash, slow disks",
                        Setup.of(Beginning.FOLLOWERS, 3, 2).losing(1, 0)),
                of("two commands, slow disks", Setup.of(Beginning.LED, 3, 2).with(2, 0, 0)),
                of(
                        "two commands, slow disks, a crash",
                        Setup.of(Beginning.LED, 3, 2).with(2, 0, 0).losing(1, 0)),
                of(
                        "another leader, slow disks",
                        Setup.of(Beginning.LED, 3, 3).with(0, 0, 1).promising()),
                of(
                        "another leader, a command",
                        Setup.of(Beginning.LED, 3, 3).with(1, 0, 0).delaying(0)),
                of(
                        "leadership is handed over",
                        Setup.of(Beginning.LED, 3, 3)
                                .transferring(1)
                                .delaying(0)
                                .promising()),
                of("logs that differ", Setup.of(Beginning.DIVERGED, 3, 4).delaying(0)),
                of(
                        "one of two is replaced",
                        Setup.of(Beginning.LED, 3, 2).changing(Change.REPLACE).delaying(0)),
                of(
                        "two become three",
                        Setup.of(Beginning.LED, 3, 2).changing(Change.GROW).delaying(0)),
                of(
                        "one of three is removed",
                        Setup.of(Beginning.LED, 3, 2).changing(Change.SHRINK).delaying(0)));
    }

    static Stream<Arguments> largeGroups() {
        return Stream.of(
                of(
                        "two elections",
                        Setup.of(Beginning.FOLLOWERS, 3, 3).delaying(0).promising()),
                of(
                        "leadership is handed over, a command",
                        Setup.of(Beginning.LED, 3, 3)
                                .transferring(1)
                                .with(1, 0, 0)
                                .delaying(0)
                                .promising()),
                of(
                        "one of three is removed, another leader",
                        Setup.of(Beginning.LED, 3, 3).changing(Change.SHRINK).delaying(0)));
    }

    private static Arguments of(String name, Setup setup) {
        return Arguments.of(name, setup);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("groups")
    void everyReachableStateHoldsTheInvariants(String name, Setup setup) {
        search(name, setup, LIMIT);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("largeGroups")
    @EnabledIfSystemProperty(named = "sinkron.raft.search", matches = "true", disabledReason = "takes minutes each")
    void everyReachableStateOfLargerGroupsHoldsTheInvariants(String name, Setup setup) {
        search(name, setup, LARGE_LIMIT);
    }

    private static void search(String name, Setup setup, int limit) {
        long start = System.nanoTime();
        Search.Result result = Search.run(setup, limit);
        System.out.printf("%s: %s, %d ms%n", name, result, (System.nanoTime() - start) / 1_000_000);
        assertEquals("", result.violation(), () -> String.join("\n", result.trace()));
        assertTrue(result.isExhausted(), result::toString);
    }
}
