package io.sinkron.transport.inmemory.sim.world;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes down a run: the running hash of all events, the counts of situations, and, if wanted, one line for each event. Not thread-safe.
 */
public final class Recorder {
    private static final Consumer<String> NOWHERE = line -> {};

    private final Scheduler scheduler;
    private final EventHash hash = new EventHash();
    private final Marks marks = new Marks();
    private final Consumer<String> trace;

    /** Writes no lines. */
    public Recorder(Scheduler scheduler) {
        this(scheduler, NOWHERE);
    }

    /** @param trace takes a line for each event */
    public Recorder(Scheduler scheduler, Consumer<String> trace) {
        this.scheduler = scheduler;
        this.trace = trace;
    }

    /**
     * Takes an event into the hash: when, where, and what kind. What it is about is added to {@link #hash} by the caller.
     *
     * @param where a hash of the node's name
     */
    public void event(long where, int kind) {
        hash.add(scheduler.nowNanos());
        hash.add(where);
        hash.add(kind);
    }

    /** The running hash. */
    public EventHash hash() {
        return hash;
    }

    /** The situations. */
    public Marks marks() {
        return marks;
    }

    /** Writes a line, if somebody reads them. */
    public void trace(String where, Supplier<String> what) {
        if (trace != NOWHERE) {
            long micros = scheduler.nowNanos() / 1_000;
            trace.accept(String.format(
                    "%8d %10d.%06d %-4s %s",
                    scheduler.executed(), micros / 1_000_000, micros % 1_000_000, where, what.get()));
        }
    }
}
