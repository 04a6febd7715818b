package io.sinkron;

/**
 * Numbers of one cache at one node since it was opened there. Read one after the other, so they belong to about the same moment. Immutable.
 *
 * @param hits reads that found a value
 * @param localHits those of them that this node answered alone
 * @param misses reads that found none
 * @param loads loads that have ended here, by whatever end
 * @param loadFailures those of them that failed
 * @param loadNanos how long all of them took together
 * @param writerFailures calls of the writer that failed
 * @param slowComputes functions of computed updates that took longer than {@link io.sinkron.cache.CacheOptions#maxComputeNanos}
 * @param evictions entries removed here to make room
 * @param size entries here at present; a key that was found absent counts as well, until another node writes it or its place is needed
 * @param missedEvents changes that listeners here were not told of, because they were slow or a message was lost
 */
public record CacheStatistics(
        long hits,
        long localHits,
        long misses,
        long loads,
        long loadFailures,
        long loadNanos,
        long writerFailures,
        long slowComputes,
        long evictions,
        long size,
        long missedEvents) {
    /** The share of reads that found a value, 0 to 1; 1 before the first one. */
    public double hitRatio() {
        return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
    }
}
