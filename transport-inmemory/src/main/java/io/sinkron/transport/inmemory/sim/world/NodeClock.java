package io.sinkron.transport.inmemory.sim.world;

/**
 * A node's monotonic clock: runs a little fast or slow, never stops or jumps, and begins anywhere (below zero too) at each start of the node.
 * Immutable; a restart takes a new one.
 *
 * @param startedNanos the true time of the start
 * @param originNanos what it showed then
 * @param ratePpm by how many millionths it is fast (negative: slow)
 */
public record NodeClock(long startedNanos, long originNanos, int ratePpm) {
    private static final long MILLION = 1_000_000;

    /** What the clock shows at a true time. */
    public long local(long trueNanos) {
        long passed = trueNanos - startedNanos;
        return originNanos + passed + passed / MILLION * ratePpm + passed % MILLION * ratePpm / MILLION;
    }

    /** The first true time at which the clock shows at least this. */
    public long trueTime(long localNanos) {
        long wanted = localNanos - originNanos;
        long guess = startedNanos + (long) (wanted / (1 + ratePpm / 1e6)) - 2;
        while (local(guess) < localNanos) {
            guess++;
        }
        return guess;
    }
}
