package io.sinkron.transport.inmemory.sim;

import io.sinkron.transport.inmemory.sim.world.Violation;

/** A run found a broken promise. The message names the seed, the event, the invariant, what was decided, and how to see it again. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 2L;

    /** What the run was made of. */
    private final long seed;

    private final long event;
    private final long virtualNanos;
    private final String replay;
    private final Violation violation;
    private final transient Decisions decisions;

    SimulationFailure(
            long seed, long event, long virtualNanos, String replay, Violation violation, Decisions decisions) {
        super(
                "seed " + seed + ", event " + event + ", " + virtualNanos / 1_000_000 + " virtual ms: "
                        + violation.getMessage() + System.lineSeparator() + "replay: " + replay
                        + System.lineSeparator() + "decisions: " + decisions,
                violation);
        this.seed = seed;
        this.event = event;
        this.virtualNanos = virtualNanos;
        this.replay = replay;
        this.violation = violation;
        this.decisions = decisions;
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }

    /** Which rule is broken. */
    public String invariant() {
        return violation.invariant();
    }

    /** When it was seen broken, in true time since the start of the run. */
    public long virtualNanos() {
        return virtualNanos;
    }

    /** What the run did of all that its seed could have decided. Lost in serialization. */
    public Decisions decisions() {
        return decisions;
    }

    /** The same failure, of decisions that come to the same. */
    SimulationFailure with(Decisions other) {
        return new SimulationFailure(seed, event, virtualNanos, replay, violation, other);
    }
}
