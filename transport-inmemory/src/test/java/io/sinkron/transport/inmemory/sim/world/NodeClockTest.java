package io.sinkron.transport.inmemory.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class NodeClockTest {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    @Test
    void aFastClockGainsItsRate() {
        NodeClock clock = new NodeClock(1_000, -5, 500);
        assertEquals(-5, clock.local(1_000));
        assertEquals(-5 + HOUR_NANOS + HOUR_NANOS / 1_000_000 * 500, clock.local(1_000 + HOUR_NANOS));
    }

    @Property(tries = 2000)
    void aTimerFiresAtTheFirstInstantThatIsNotEarly(
            @ForAll @LongRange(min = 0, max = 3_600_000_000_000L) long wanted,
            @ForAll @IntRange(min = -500, max = 500) int ppm,
            @ForAll @LongRange(min = -1_000_000_000_000_000_000L, max = 1_000_000_000_000_000_000L) long origin) {
        NodeClock clock = new NodeClock(77, origin, ppm);
        long at = clock.trueTime(origin + wanted);
        assertTrue(clock.local(at) >= origin + wanted, "early");
        assertTrue(clock.local(at - 1) < origin + wanted || at - 1 <= 77 + wanted - wanted / 1_000 - 4, "late");
    }
}
