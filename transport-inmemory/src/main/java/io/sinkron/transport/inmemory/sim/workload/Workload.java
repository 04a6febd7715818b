package io.sinkron.transport.inmemory.sim.workload;

/**
 * Clients of one service. A run has two phases: in the first, things break; in the second, everything works again and the workload must come
 * to an end within a bound. Called by one thread.
 */
public interface Workload {
    /** For reports. */
    String name();

    /** The run begins: schedules the first events. */
    void start(Environment environment);

    /** Everything works from now on: begins nothing new, ends what is open, and takes back what was lent. */
    void drain();

    /** Whether nothing is left to be done. Asked while draining. */
    boolean isDone();

    /**
     * The run is over: compares all that the clients were told.
     *
     * @throws io.sinkron.transport.inmemory.sim.world.Violation if it doesn't fit together
     */
    void check();
}
