package io.sinkron.transport.inmemory.sim;

import io.sinkron.transport.inmemory.sim.fault.PlannedFault;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a run does of all that its seed would have drawn: the list of its faults, and what is left out. A shorter list that still fails says what
 * the failure needs. Immutable. Written as {@code nodes=3/without=links+cache/clients=2/faults=crash.2.12345.500.77}: nothing in it needs
 * quoting in a shell.
 *
 * @param nodes how many nodes
 * @param without what is left out: {@code links}, {@code disks}, {@code processes}, {@code store} behave perfectly; a workload's name
 *     takes its clients away
 * @param maxClients how many clients of a kind at most
 * @param faults what breaks, by its begin
 */
public record Decisions(int nodes, Set<String> without, int maxClients, List<PlannedFault> faults) {
    /** Nothing limits the clients. */
    static final int ALL_CLIENTS = Integer.MAX_VALUE;

    private static final String FIELD = "/";

    /** Takes copies. */
    public Decisions {
        without = Set.copyOf(without);
        faults = List.copyOf(faults);
    }

    /**
     * Reads what {@link #toString} writes; fields that are missing leave nothing out.
     *
     * @throws IllegalArgumentException if it can't be read
     */
    public static Decisions parse(String text) {
        int nodes = 0;
        Set<String> without = Set.of();
        int clients = ALL_CLIENTS;
        List<PlannedFault> faults = List.of();
        for (String field : text.split(FIELD, -1)) {
            String[] parts = field.split("=", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("not a decision: " + field);
            }
            switch (parts[0]) {
                case "nodes" -> nodes = Integer.parseInt(parts[1]);
                case "without" -> without = Set.of(parts[1].split("\\+"));
                case "clients" -> clients = Integer.parseInt(parts[1]);
                case "faults" -> faults = PlannedFault.parseAll(parts[1]);
                default -> throw new IllegalArgumentException("not a decision: " + field);
            }
        }
        if (nodes < 1) {
            throw new IllegalArgumentException("how many nodes? " + text);
        }
        return new Decisions(nodes, without, clients, faults);
    }

    boolean has(String part) {
        return !without.contains(part);
    }

    Decisions withFaults(List<PlannedFault> fewer) {
        return new Decisions(nodes, without, maxClients, fewer);
    }

    Decisions leavingOut(String part) {
        SortedSet<String> more = new TreeSet<>(without);
        more.add(part);
        return new Decisions(nodes, more, maxClients, faults);
    }

    Decisions withClients(int most) {
        return new Decisions(nodes, without, most, faults);
    }

    /** With fewer nodes, and without the faults of those that are gone. */
    Decisions withNodes(int fewer) {
        List<PlannedFault> kept =
                faults.stream().filter(fault -> fault.node() <= fewer).toList();
        return new Decisions(fewer, without, maxClients, kept);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("nodes=").append(nodes);
        if (!without.isEmpty()) {
            text.append(FIELD + "without=").append(String.join("+", new TreeSet<>(without)));
        }
        if (maxClients != ALL_CLIENTS) {
            text.append(FIELD + "clients=").append(maxClients);
        }
        return text.append(FIELD + "faults=")
                .append(PlannedFault.format(faults))
                .toString();
    }
}
