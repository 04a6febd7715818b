package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.transport.inmemory.sim.world.SeededRandom;

/** A few names at a time, replaced by fresh ones before a history gets too long to be checked. */
final class LockNames {
    private static final int USES_EACH = 120;

    private final int atATime;
    private int picked;

    LockNames(int atATime) {
        this.atATime = atATime;
    }

    String pick(SeededRandom random) {
        int generation = picked++ / (USES_EACH * atATime);
        return "lock-" + generation + "-" + random.nextInt(atATime);
    }
}
