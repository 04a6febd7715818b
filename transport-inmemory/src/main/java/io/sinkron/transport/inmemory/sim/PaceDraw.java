package io.sinkron.transport.inmemory.sim;

import io.sinkron.transport.inmemory.sim.fault.PlannedFault;
import io.sinkron.transport.inmemory.sim.workload.Pace;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws when the clients of a run are busy. Most bursts meet the begin or the end of something that breaks: calls that are under way then are what
 * finds bugs, while the seconds in which nothing but time-outs runs need no calls. In a few runs the clients never rest.
 */
final class PaceDraw {
    private static final long MILLI = 1_000_000;
    private static final double NEVER_RESTS = 0.05;
    private static final int[] CALM = {1, 4, 4, 10};

    private final SeededRandom random;

    PaceDraw(SeededRandom random) {
        this.random = random;
    }

    /**
     * A pace.
     *
     * @param planned what the seed plans to break, be it done or not: leaving out a fault changes nothing else
     * @param faultsNanos how long things break
     * @param untilNanos when the run is over at the latest
     */
    Pace draw(List<PlannedFault> planned, long faultsNanos, long untilNanos) {
        int calm = CALM[random.nextInt(CALM.length)];
        double share = 0.02 + random.nextDouble() * 0.08;
        if (random.chance(NEVER_RESTS)) {
            return Pace.steady(calm);
        }
        TreeMap<Long, Long> bursts = new TreeMap<>();
        long busy = 0;
        while (busy < share * untilNanos) {
            long length = random.nextLong(300, 2_500) * MILLI;
            boolean atFault = !planned.isEmpty() && random.chance(0.75);
            long begin = atFault
                    ? moment(planned.get(random.nextInt(planned.size()))) - random.nextLong(length)
                    : random.nextLong(random.nextBoolean() ? faultsNanos : untilNanos);
            bursts.merge(Math.max(0, begin), length, Math::max);
            busy += length;
        }
        return Pace.bursts(calm, borders(bursts));
    }

    private long moment(PlannedFault fault) {
        return (fault.atMillis() + (random.nextBoolean() ? 0 : fault.lastsMillis())) * MILLI;
    }

    /** Overlapping bursts are one. */
    private static long[] borders(TreeMap<Long, Long> bursts) {
        long[] borders = new long[2 * bursts.size()];
        int size = 0;
        for (Map.Entry<Long, Long> burst : bursts.entrySet()) {
            long end = burst.getKey() + burst.getValue();
            if (size > 0 && burst.getKey() <= borders[size - 1]) {
                borders[size - 1] = Math.max(borders[size - 1], end);
            } else {
                borders[size++] = burst.getKey();
                borders[size++] = end;
            }
        }
        return Arrays.copyOf(borders, size);
    }
}
