package io.sinkron.transport.inmemory.sim.world;

/**
 * How the store outside the cluster, and the way to it, behave.
 *
 * @param meanDelayNanos the mean time of each way, there and back
 * @param lostRequestProbability of a connection that breaks before a request was sent whole: nothing is done, and the caller can't tell
 * @param lostReplyProbability of a connection that breaks before the reply: it was done, and the caller can't tell
 * @param lateProbability of a request that stays in the buffer of a broken connection and is done long after its caller was told that nobody knows
 */
public record StoreQuality(
        long meanDelayNanos, double lostRequestProbability, double lostReplyProbability, double lateProbability) {
    /** Quick and never broken. */
    public static final StoreQuality PERFECT = new StoreQuality(200_000, 0, 0, 0);
}
