package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What may happen in a {@link World} at most. Made by {@link #of} and changed by {@code with…}. Immutable.
 *
 * @param nodes how many there are
 * @param stages the views, one after the other
 * @param clients a bit for each node that is called
 * @param callsEach how many calls such a node takes
 * @param writes how many of all calls may be writes
 * @param budgets how often each kind of trouble may happen, by its index in a state
 * @param lines one, with room for more, or two, with room for one at each node
 * @param filter how many lines a home remembers
 * @param kind what the writes are
 * @param isExpiring whether what is written has a time to live
 * @param isMemoryAtomic whether main memory's answers come at once
 * @param bug what is planted
 */
record Setup(
        int nodes,
        List<Stage> stages,
        int clients,
        int callsEach,
        int writes,
        Durability durability,
        Map<Integer, Integer> budgets,
        int lines,
        int filter,
        Writes kind,
        boolean isExpiring,
        boolean isMemoryAtomic,
        PlantedBug bug) {
    /** A time to live that passes only when a node's clock is said to have passed it. */
    static final long TTL_MILLIS = 3_600_000;

    /** What the writes of a search are. */
    enum Writes {
        /** All put. */
        PUTS,
        /** The last one deletes, the others put. */
        LAST_DELETES,
        /** All are updates that add one to what is there. */
        COUNTS
    }

    /** A view: a bit for each member, which node is the home, and a bit for each that has started anew since the first view. */
    record Stage(int members, int home, int restarted) {
        Stage(int members, int home) {
            this(members, home, 0);
        }
    }

    /** One line, all nodes of the first view are clients, and nothing goes wrong. */
    static Setup of(List<Stage> stages, int callsEach, int writes, Durability durability) {
        int members = stages.get(0).members();
        return new Setup(
                Integer.bitCount(members),
                stages,
                members,
                callsEach,
                writes,
                durability,
                Map.of(),
                1,
                4,
                Writes.PUTS,
                false,
                true,
                PlantedBug.NONE);
    }

    /** With so much of a kind of trouble, {@link World#DROPS} for example. */
    Setup with(int budget, int amount) {
        Map<Integer, Integer> all = new TreeMap<>(budgets);
        all.put(budget, amount);
        return copy(clients, all, lines, filter, kind, isExpiring, isMemoryAtomic, bug);
    }

    /** With all of these. */
    Setup with(Map<Integer, Integer> amounts) {
        Setup setup = this;
        for (Map.Entry<Integer, Integer> amount : amounts.entrySet()) {
            setup = setup.with(amount.getKey(), amount.getValue());
        }
        return setup;
    }

    /** Only these nodes are called. */
    Setup withClients(int nodes) {
        return copy(nodes, budgets, lines, filter, kind, isExpiring, isMemoryAtomic, bug);
    }

    /** Two lines that compete for one place, and a home that remembers one of them. */
    Setup withTwoLines() {
        return copy(clients, budgets, 2, 1, kind, isExpiring, isMemoryAtomic, bug);
    }

    /** With homes that remember so many lines. */
    Setup withFilter(int entries) {
        return copy(clients, budgets, lines, entries, kind, isExpiring, isMemoryAtomic, bug);
    }

    /** The last write deletes. */
    Setup withDelete() {
        return copy(clients, budgets, lines, filter, Writes.LAST_DELETES, isExpiring, isMemoryAtomic, bug);
    }

    /** The writes are updates that add one. */
    Setup withCounting() {
        return copy(clients, budgets, lines, filter, Writes.COUNTS, isExpiring, isMemoryAtomic, bug);
    }

    /** What is written has a time to live, which passes at each node when it likes. */
    Setup withExpiry() {
        return copy(clients, budgets, lines, filter, kind, true, isMemoryAtomic, bug)
                .with(World.ELAPSES, nodes);
    }

    /** Between main memory's doing something and its answer, anything may happen. */
    Setup withLateMemory() {
        return copy(clients, budgets, lines, filter, kind, isExpiring, false, bug);
    }

    /** With a bug in it. */
    Setup withBug(PlantedBug planted) {
        return copy(clients, budgets, lines, filter, kind, isExpiring, isMemoryAtomic, planted);
    }

    private Setup copy(
            int newClients,
            Map<Integer, Integer> newBudgets,
            int newLines,
            int newFilter,
            Writes newKind,
            boolean newExpiring,
            boolean newAtomic,
            PlantedBug newBug) {
        return new Setup(
                nodes,
                stages,
                newClients,
                callsEach,
                writes,
                durability,
                newBudgets,
                newLines,
                newFilter,
                newKind,
                newExpiring,
                newAtomic,
                newBug);
    }

    boolean isClient(int node) {
        return (clients >> node & 1) != 0;
    }
}
