package io.sinkron.transport.inmemory.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeededRandomTest {
    /** The first outputs of SplitMix64 for seed 1234567, as published with its reference implementation. */
    @Test
    void itIsSplitMix64() {
        SeededRandom random = new SeededRandom(1234567);
        assertEquals(6457827717110365317L, random.nextLong());
        assertEquals(3203168211198807973L, random.nextLong());
        assertEquals(Long.parseUnsignedLong("9817491932198370423"), random.nextLong());
    }

    @Test
    void aSplitDependsOnSeedAndNameAloneNotOnWhatWasDrawn() {
        SeededRandom first = new SeededRandom(7);
        long expected = first.split("disk").nextLong();
        first.nextLong();
        assertEquals(expected, first.split("disk").nextLong());
        assertNotEquals(expected, first.split("network").nextLong());
        assertNotEquals(expected, new SeededRandom(8).split("disk").nextLong());
    }

    @Test
    void drawsStayWithinTheirBounds() {
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 10_000; i++) {
            assertTrue(random.nextInt(7) >= 0 && random.nextInt(7) < 7);
            long between = random.nextLong(-3, 4);
            assertTrue(between >= -3 && between < 4);
            double unit = random.nextDouble();
            assertTrue(unit >= 0 && unit < 1);
            assertTrue(random.exponentialNanos(1000) >= 0);
        }
    }

    @Test
    void chancesAndMeansAreAsAsked() {
        SeededRandom random = new SeededRandom(2);
        int hits = 0;
        long sum = 0;
        for (int i = 0; i < 100_000; i++) {
            hits += random.chance(0.25) ? 1 : 0;
            sum += random.exponentialNanos(1_000);
        }
        assertTrue(Math.abs(hits - 25_000) < 1_000, "hits " + hits);
        assertTrue(Math.abs(sum / 100_000 - 1_000) < 30, "mean " + sum / 100_000);
    }
}
