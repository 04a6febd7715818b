package io.sinkron.transport.inmemory.sim.world;

/**
 * How a link behaves while it isn't cut. Delays are drawn for each message on its own, so messages overtake each other at will.
 *
 * @param minDelayNanos no message is faster
 * @param meanExtraNanos the mean of the exponentially distributed rest
 * @param slowProbability of a message that takes up to {@code slowMaxNanos} more
 * @param slowMaxNanos how slow such a message may be
 * @param lossProbability of a message that never arrives
 * @param duplicateProbability of a message that arrives a second time, after a delay of its own
 * @param replayProbability of an old message of the link, up to minutes old, that arrives once more
 */
public record LinkQuality(
        long minDelayNanos,
        long meanExtraNanos,
        double slowProbability,
        long slowMaxNanos,
        double lossProbability,
        double duplicateProbability,
        double replayProbability) {
    /** A healthy network: 0.2 ms and a little, nothing lost. */
    public static final LinkQuality PERFECT = new LinkQuality(200_000, 100_000, 0, 0, 0, 0, 0);
}
