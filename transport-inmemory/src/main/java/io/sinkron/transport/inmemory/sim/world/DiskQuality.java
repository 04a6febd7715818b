package io.sinkron.transport.inmemory.sim.world;

/**
 * How a disk behaves.
 *
 * @param meanWriteNanos the mean time from handing a write over until it is in the page cache
 * @param meanForceNanos the mean time of a force
 * @param slowProbability of a force that takes up to {@code slowMaxNanos} more
 * @param slowMaxNanos how slow such a force may be
 * @param powerLossProbability for each group of writes: that power goes off between two of its disk operations
 * @param writeErrorProbability for each group of writes: that one fails with an I/O error, after which the node must stop
 * @param forceErrorProbability for each group of writes: that its force fails, after which the node must stop
 */
public record DiskQuality(
        long meanWriteNanos,
        long meanForceNanos,
        double slowProbability,
        long slowMaxNanos,
        double powerLossProbability,
        double writeErrorProbability,
        double forceErrorProbability) {
    /** A fast disk without faults. */
    public static final DiskQuality PERFECT = new DiskQuality(20_000, 500_000, 0, 0, 0, 0, 0);
}
