package io.sinkron.transport.inmemory.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    @Test
    void eventsHappenInTheOrderOfTheirTimes() {
        Scheduler scheduler = new Scheduler(new SeededRandom(1));
        List<Long> seen = new ArrayList<>();
        for (long time : new long[] {30, 10, 20}) {
            scheduler.at(time, () -> seen.add(scheduler.nowNanos()));
        }
        scheduler.runUntil(25);
        assertEquals(List.of(10L, 20L), seen);
        assertEquals(25, scheduler.nowNanos());
        scheduler.runUntil(30);
        assertEquals(List.of(10L, 20L, 30L), seen);
        assertEquals(3, scheduler.executed());
    }

    @Test
    void atOneTimeEveryOrderHasItsChance() {
        Set<List<Integer>> orders = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            Scheduler scheduler = new Scheduler(new SeededRandom(seed));
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int number = i;
                scheduler.at(5, () -> seen.add(number));
            }
            scheduler.runUntil(5);
            orders.add(seen);
        }
        assertEquals(6, orders.size());
    }

    @Test
    void whatAnEventSchedulesHappensInTheSameRun() {
        Scheduler scheduler = new Scheduler(new SeededRandom(1));
        List<String> seen = new ArrayList<>();
        scheduler.after(1, () -> scheduler.after(1, () -> seen.add("second")));
        scheduler.runUntil(2);
        assertEquals(List.of("second"), seen);
    }

    @Test
    void thePastCannotBeScheduled() {
        Scheduler scheduler = new Scheduler(new SeededRandom(1));
        scheduler.runUntil(100);
        List<Long> seen = new ArrayList<>();
        scheduler.at(50, () -> seen.add(scheduler.nowNanos()));
        scheduler.runUntil(100);
        assertTrue(seen.equals(List.of(100L)), seen.toString());
    }
}
