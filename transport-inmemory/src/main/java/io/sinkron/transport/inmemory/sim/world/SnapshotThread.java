package io.sinkron.transport.inmemory.sim.world;

/** The thread of a node that builds and restores snapshots: one task at a time, each for a drawn time. Not thread-safe. */
final class SnapshotThread {
    private static final long MEAN_NANOS = 300_000_000;

    private final SeededRandom random;
    private long freeAtNanos;

    SnapshotThread(SeededRandom random) {
        this.random = random;
    }

    /** The process has started: nothing is under way. */
    void started(long nowNanos) {
        freeAtNanos = nowNanos;
    }

    /** Takes one more task. Returns after what time it is done, those before it included. */
    long take(long nowNanos) {
        freeAtNanos = Math.max(nowNanos, freeAtNanos) + random.exponentialNanos(MEAN_NANOS);
        return freeAtNanos - nowNanos;
    }
}
