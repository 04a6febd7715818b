package io.sinkron;

import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockAnswer.CycleStep;
import java.util.List;

/**
 * Waiting for the lock would have closed a cycle of owners that wait for each other, so the acquire was refused. Release what the owner
 * holds and start over, or take the locks in one order everywhere.
 */
public final class DeadlockException extends SinkronException {
    private static final long serialVersionUID = 1L;

    private final transient List<CycleStep> cycle;

    /** @param refusal with the cycle */
    public DeadlockException(LockAnswer.Deadlock refusal) {
        super(refusal);
        this.cycle = refusal.cycle();
    }

    /** The cycle in wait order, from the requester back to it. */
    public List<CycleStep> cycle() {
        return cycle;
    }
}
