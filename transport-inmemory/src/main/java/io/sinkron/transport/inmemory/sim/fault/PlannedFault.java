package io.sinkron.transport.inmemory.sim.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * One decision to break something. A run's faults are decided before it begins, as a list, so that a failing run can be tried again with fewer of
 * them. Written as {@code crash.2.12345.500.77}: kind, node, begin, how long, choice.
 *
 * @param kind what breaks
 * @param node which node, counted from 1; 0 if it isn't about one
 * @param atMillis when, in true time since the start
 * @param lastsMillis how long it lasts
 * @param choice decides what else is to be decided: the shape of a partition, the byte that is damaged
 */
public record PlannedFault(FaultKind kind, int node, long atMillis, long lastsMillis, int choice) {
    private static final int PARTS = 5;

    /** Rejects missing parts and negative numbers. */
    public PlannedFault {
        Objects.requireNonNull(kind, "kind");
        if (node < 0 || atMillis < 0 || lastsMillis < 0) {
            throw new IllegalArgumentException("negative number in " + kind + " of node " + node + " at " + atMillis);
        }
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it isn't written as {@link #toString} does
     */
    public static PlannedFault parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("not a fault: " + text);
        }
        return new PlannedFault(
                FaultKind.of(parts[0]),
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Integer.parseInt(parts[4]));
    }

    /** Reads a list, as {@link #format} writes it. */
    public static List<PlannedFault> parseAll(String text) {
        List<PlannedFault> faults = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                faults.add(parse(part.strip()));
            }
        }
        return List.copyOf(faults);
    }

    /** Writes a list. */
    public static String format(List<PlannedFault> faults) {
        return faults.stream().map(PlannedFault::toString).collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return kind.label() + '.' + node + '.' + atMillis + '.' + lastsMillis + '.' + choice;
    }
}
