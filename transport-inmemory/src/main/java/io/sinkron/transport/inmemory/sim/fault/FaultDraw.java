package io.sinkron.transport.inmemory.sim.fault;

import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Draws the list of faults of a run from its seed, each kind on a generator of its own. */
public final class FaultDraw {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int CHOICES = 1_000_000;
    /** A node that came back has its lease, the view has changed twice, and backups are made anew. */
    public static final long RECOVERY_MILLIS = 8_000;

    private final int nodes;
    private final SeededRandom random;

    /**
     * @param nodes how many nodes there are
     * @param random is only split
     */
    public FaultDraw(int nodes, SeededRandom random) {
        this.nodes = nodes;
        this.random = random;
    }

    /** The faults that begin within this time, by their begin. */
    public List<PlannedFault> draw(Faults faults, long durationNanos) {
        List<PlannedFault> drawn = new ArrayList<>();
        for (Map.Entry<FaultKind, Long> entry : faults.meanNanos().entrySet()) {
            if (nodes < needed(entry.getKey())) {
                continue;
            }
            SeededRandom source = random.split(entry.getKey().label());
            long at = source.exponentialNanos(entry.getValue());
            while (at < durationNanos) {
                drawn.add(fault(entry.getKey(), at / NANOS_PER_MILLI, source));
                at += source.exponentialNanos(entry.getValue());
            }
        }
        drawn.sort(Comparator.comparingLong(PlannedFault::atMillis).thenComparing(PlannedFault::kind));
        return faults.oneNodeAtATime() ? oneAtATime(drawn) : List.copyOf(drawn);
    }

    private static int needed(FaultKind kind) {
        return switch (kind) {
            case CLOG, SWIZZLE, SLOW_LINK, PARTITION -> 2;
            case DAMAGE, WIPE -> 3;
            default -> 1;
        };
    }

    /** Passes over what begins before the node in trouble is back. */
    private static List<PlannedFault> oneAtATime(List<PlannedFault> drawn) {
        List<PlannedFault> kept = new ArrayList<>();
        long quietFrom = 0;
        for (PlannedFault fault : drawn) {
            boolean takesANode = fault.kind().takesANode();
            if (!takesANode || fault.atMillis() >= quietFrom) {
                kept.add(fault);
                quietFrom = takesANode ? fault.atMillis() + fault.lastsMillis() + RECOVERY_MILLIS : quietFrom;
            }
        }
        return List.copyOf(kept);
    }

    private PlannedFault fault(FaultKind kind, long atMillis, SeededRandom source) {
        int node = switch (kind) {
            case OUTAGE, STORE_AWAY, PARTITION -> 0;
            case DAMAGE, WIPE -> oneOfTheMinority(source);
            default -> 1 + source.nextInt(nodes);
        };
        long lasts = switch (kind) {
            case CRASH -> source.nextLong(source.nextBoolean() ? 500 : 8_000);
            case PARTITION -> 50 + source.nextLong(source.nextBoolean() ? 1_000 : 8_000);
            case PAUSE -> 10 + source.nextLong(source.nextBoolean() ? 500 : 10_000);
            case CLOG -> source.nextLong(2_000);
            case OUTAGE, SWIZZLE -> source.nextLong(3_000);
            case STORE_AWAY, DISK_STALL -> source.nextLong(5_000);
            case SLOW_LINK, SLOW_NODE -> 500 + source.nextLong(6_000);
            case DAMAGE, WIPE -> 500 + source.nextLong(5_000);
        };
        return new PlannedFault(kind, node, atMillis, lasts, source.nextInt(CHOICES));
    }

    /**
     * The fault atlas: in one run only the disks of a fixed minority are damaged or lost, so that what a majority has acknowledged is whole
     * somewhere. Node 1, 2 to 4 and so on, from a place that the seed decides.
     */
    private int oneOfTheMinority(SeededRandom source) {
        int minority = (nodes - 1) / 2;
        int first = random.split("atlas").nextInt(nodes);
        return 1 + (first + source.nextInt(minority)) % nodes;
    }
}
