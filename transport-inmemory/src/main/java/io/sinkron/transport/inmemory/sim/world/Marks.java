package io.sinkron.transport.inmemory.sim.world;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts the situations that runs have reached. A simulation that never elects a second leader or never refuses a deadlock proves nothing about
 * them; a test asks here whether it has. Not thread-safe.
 */
public final class Marks {
    private final Map<String, long[]> counts = new HashMap<>();

    /** No situation reached. */
    public Marks() {}

    /** A situation is reached. */
    public void reached(String situation) {
        add(situation, 1);
    }

    /** A situation is reached so many times. */
    public void add(String situation, long times) {
        counts.computeIfAbsent(situation, key -> new long[1])[0] += times;
    }

    /** Adds the counts of another run. */
    public void addAll(Map<String, Long> other) {
        other.forEach(this::add);
    }

    /** How often a situation was reached. */
    public long count(String situation) {
        long[] count = counts.get(situation);
        return count == null ? 0 : count[0];
    }

    /** All counts, in order of the names: a copy. */
    public SortedMap<String, Long> counts() {
        SortedMap<String, Long> sorted = new TreeMap<>();
        counts.forEach((situation, count) -> sorted.put(situation, count[0]));
        return sorted;
    }
}
