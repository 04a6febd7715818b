package io.sinkron.cache;

import static io.sinkron.cache.CacheRequest.Durability.BACKED_UP;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_BACK;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.Setup.Stage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An audit at any moment of any interleaving never finds anything wrong with the protocol as it is. */
class AuditSearchTest {
    private static final int LIMIT = 5_000_000;
    private static final Stage BOTH = new Stage(0b11, 0);
    private static final Stage BOTH_WITH_ANOTHER_HOME = new Stage(0b11, 1);
    private static final Stage WITHOUT_THE_FIRST = new Stage(0b10, 1);
    private static final Stage WITHOUT_THE_LAST = new Stage(0b01, 0);
    private static final Stage THREE = new Stage(0b111, 0);

    static Stream<Arguments> clusters() {
        Setup one = Setup.of(List.of(BOTH), 2, 1, WRITE_BACK);
        return Stream.of(
                of("nothing goes wrong", Setup.of(List.of(BOTH), 2, 2, BACKED_UP)),
                of("a delete, an eviction", one.with(World.EVICTIONS, 1).withDelete()),
                of("a duplicate", one.with(World.DUPLICATES, 1)),
                of("a loss", one.with(World.DROPS, 1)),
                of("a write-back in the background", one.with(World.FLUSHES, 1)),
                of("late memory", one.with(World.EVICTIONS, 1).withLateMemory()),
                of("without a filter", one.withFilter(0)),
                of(
                        "a lease lost and regained",
                        Setup.of(List.of(BOTH), 1, 1, BACKED_UP).with(World.LEASE_LOSSES, 1)),
                of("three nodes", Setup.of(List.of(THREE), 1, 1, WRITE_BACK)),
                of("the home stays", Setup.of(List.of(BOTH, BOTH), 1, 1, WRITE_BACK)),
                of("the home moves", Setup.of(List.of(BOTH, BOTH_WITH_ANOTHER_HOME), 1, 1, BACKED_UP)),
                of(
                        "a crash",
                        Setup.of(List.of(BOTH, WITHOUT_THE_LAST), 1, 1, BACKED_UP)
                                .with(World.CRASHES, 1)),
                of(
                        "the home taken for dead",
                        Setup.of(List.of(BOTH, WITHOUT_THE_FIRST), 1, 1, BACKED_UP)
                                .with(World.LEASE_LOSSES, 1)),
                of(
                        "the home sleeps past its lease",
                        Setup.of(List.of(BOTH, WITHOUT_THE_FIRST), 1, 1, BACKED_UP)
                                .with(World.NAPS, 1)));
    }

    /** Larger ones: minutes together. */
    static Stream<Arguments> largerClusters() {
        Setup two = Setup.of(List.of(BOTH), 2, 2, BACKED_UP);
        return Stream.of(
                of("an eviction", two.with(World.EVICTIONS, 1)),
                of("a duplicate, two writes", two.with(World.DUPLICATES, 1)),
                of("a write-back in the background, two writes", two.with(World.FLUSHES, 1)),
                of("three nodes, two calls each", Setup.of(List.of(THREE), 2, 1, WRITE_BACK)),
                of("the home moves, two calls each", Setup.of(List.of(BOTH, BOTH_WITH_ANOTHER_HOME), 2, 1, BACKED_UP)),
                of(
                        "the home taken for dead comes back",
                        Setup.of(List.of(BOTH, WITHOUT_THE_FIRST, BOTH), 1, 1, BACKED_UP)
                                .with(World.LEASE_LOSSES, 1)));
    }

    private static Arguments of(String name, Setup setup) {
        return Arguments.of(name, setup.with(World.AUDITS, 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("largerClusters")
    @EnabledIfSystemProperty(named = "sinkron.cache.search", matches = "true", disabledReason = "takes minutes")
    void norDoesItInLargerClusters(String name, Setup setup) {
        anAuditNeverRaisesAFalseAlarm(name, setup);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("clusters")
    void anAuditNeverRaisesAFalseAlarm(String name, Setup setup) {
        long start = System.nanoTime();
        Search.Result result = Search.run(setup, LIMIT);
        System.out.printf("audits, %s: %s, %d ms%n", name, result, (System.nanoTime() - start) / 1_000_000);
        assertNull(result.violation(), () -> result.violation() + "\n" + String.join("\n", result.trace()));
        assertTrue(result.isExhausted(), result::toString);
    }
}
