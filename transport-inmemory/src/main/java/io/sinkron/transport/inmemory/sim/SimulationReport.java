package io.sinkron.transport.inmemory.sim;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run that found nothing wrong has done. Immutable.
 *
 * @param seed its seed
 * @param eventHash a hash of all events; the same for the same seed and options, on every JVM
 * @param events how many events happened
 * @param virtualNanos how much time passed in the simulated world
 * @param marks the situations that it reached, and how often
 */
public record SimulationReport(long seed, long eventHash, long events, long virtualNanos, Map<String, Long> marks) {
    /** Takes a sorted immutable copy. */
    public SimulationReport {
        marks = Collections.unmodifiableMap(new TreeMap<>(marks));
    }
}
