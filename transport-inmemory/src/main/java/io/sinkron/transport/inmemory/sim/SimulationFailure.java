package io.sinkron.transport.inmemory.sim;

import io.sinkron.transport.inmemory.sim.world.Violation;

/** A run found a broken promise. The message names the seed, the event, the invariant, and how to see it again. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    /** What the run was made of. */
    private final long seed;

    SimulationFailure(long seed, long event, long virtualNanos, String replay, Violation violation) {
        super(
                "seed " + seed + ", event " + event + ", " + virtualNanos / 1_000_000 + " virtual ms: "
                        + violation.getMessage() + System.lineSeparator() + "replay: " + replay,
                violation);
        this.seed = seed;
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }
}
