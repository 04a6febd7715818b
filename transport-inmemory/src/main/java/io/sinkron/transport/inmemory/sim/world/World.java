package io.sinkron.transport.inmemory.sim.world;

import java.util.List;

/**
 * What all nodes of a run share. Immutable.
 *
 * @param scheduler virtual time
 * @param network the wire
 * @param recorder hash, situations, trace
 * @param observers who watches
 */
public record World(Scheduler scheduler, SimulatedNetwork network, Recorder recorder, List<WorldObserver> observers) {
    /** Takes an immutable copy of the list. */
    public World {
        observers = List.copyOf(observers);
    }
}
