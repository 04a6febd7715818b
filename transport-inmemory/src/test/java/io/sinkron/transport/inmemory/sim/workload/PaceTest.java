package io.sinkron.transport.inmemory.sim.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    /** Busy from the tenth to the twelfth second and from the twentieth to the twenty-first. */
    private final Pace pace = Pace.bursts(4, 10 * SECOND, 12 * SECOND, 20 * SECOND, 21 * SECOND);

    @Test
    void aSteadyPaceIsTheSameAtAllTimes() {
        assertEquals(40 * MILLI, Pace.steady(4).thinking(0, 10 * MILLI));
        assertEquals(40 * MILLI, Pace.steady(4).thinking(99 * SECOND, 10 * MILLI));
    }

    @Test
    void inABurstClientsThinkAsShortAsThatOneAllows() {
        assertEquals(40 * MILLI, pace.thinking(10 * SECOND, 10 * MILLI));
        assertEquals(40 * MILLI, pace.thinking(20 * SECOND + 100, 10 * MILLI));
    }

    @Test
    void inAQuietTimeTheyThinkForSecondsButNeverForLong() {
        for (long thought = 5 * MILLI; thought < 10 * SECOND; thought *= 2) {
            long nanos = pace.thinking(30 * SECOND, thought);
            assertTrue(nanos >= 100 * thought || nanos >= 4 * SECOND, thought + " takes " + nanos);
            assertTrue(nanos <= Math.max(8 * SECOND, 4 * thought), thought + " takes " + nanos);
        }
    }

    @Test
    void whoBeganToThinkInAQuietTimeIsThereSoonAfterABurstHasBegun() {
        long nanos = pace.thinking(9 * SECOND, 100 * MILLI);
        assertTrue(nanos > SECOND, "before the burst: " + nanos);
        assertTrue(nanos <= SECOND + 400 * MILLI, "long after it has begun: " + nanos);
    }

    @Test
    void whoIsNotDoneWhenABurstEndsThinksOnSlowly() {
        long inTime = pace.thinking(12 * SECOND - 40 * MILLI, 10 * MILLI);
        long late = pace.thinking(12 * SECOND - 20 * MILLI, 10 * MILLI);
        assertEquals(40 * MILLI, inTime);
        assertTrue(late > SECOND / 2, "it takes " + late);
    }

    @Test
    void bordersHaveToComeInPairsAndInOrder() {
        assertThrows(IllegalArgumentException.class, () -> Pace.bursts(1));
        assertThrows(IllegalArgumentException.class, () -> Pace.bursts(1, 5));
        assertThrows(IllegalArgumentException.class, () -> Pace.bursts(1, 5, 4));
    }
}
