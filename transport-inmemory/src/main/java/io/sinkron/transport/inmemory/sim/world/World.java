package io.sinkron.transport.inmemory.sim.world;

import java.util.List;

/**
 * What all nodes of a run share. Immutable.
 *
 * @param scheduler virtual time
 * @param network the wire
 * @param store the store outside the cluster, used by nodes that are told to
 * @param recorder hash, situations, trace
 * @param observers who watches
 */
public record World(
        Scheduler scheduler,
        SimulatedNetwork network,
        SimulatedStore store,
        Recorder recorder,
        List<WorldObserver> observers) {
    /** Takes an immutable copy of the list. */
    public World {
        observers = List.copyOf(observers);
    }
}
