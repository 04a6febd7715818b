package io.sinkron.transport.inmemory.sim.world;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts the situations that runs have reached. A simulation that never elects a second leader or never refuses a deadlock proves nothing about
 * them; a test asks here whether it has. Not thread-safe.
 */
public final class Marks {
    private final SortedMap<String, Long> counts = new TreeMap<>();

    /** No situation reached. */
    public Marks() {}

    /** A situation is reached. */
    public void reached(String situation) {
        add(situation, 1);
    }

    /** A situation is reached so many times. */
    public void add(String situation, long times) {
        counts.merge(situation, times, Long::sum);
    }

    /** Adds the counts of another run. */
    public void addAll(Map<String, Long> other) {
        other.forEach(this::add);
    }

    /** How often a situation was reached. */
    public long count(String situation) {
        return counts.getOrDefault(situation, 0L);
    }

    /** All counts, in order of the names: a view. */
    public SortedMap<String, Long> counts() {
        return Collections.unmodifiableSortedMap(counts);
    }
}
