package io.sinkron.cache;

/**
 * Numbers of one node's cache since its start, or of one region of it. Immutable.
 *
 * @param capacity in lines
 * @param size in lines
 * @param hits reads answered by this node alone
 * @param misses reads that needed the network
 * @param invalidations copies given up for another node's write
 * @param writeBacks dirty values confirmed by main memory
 * @param evictions lines removed to make room
 * @param bytes about how much memory the lines take
 * @param audited lines of this home that were compared across the cluster and found coherent
 * @param inconclusive audits that ended without a verdict: somebody asked for the line, a node didn't answer, the view changed
 * @param violations audits that found a line incoherent; anything but 0 is a defect
 */
public record CacheStats(
        long capacity,
        long size,
        long hits,
        long misses,
        long invalidations,
        long writeBacks,
        long evictions,
        long bytes,
        long audited,
        long inconclusive,
        long violations) {
    /** Of what doesn't exist. */
    static final CacheStats NONE = new CacheStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together. The capacity stays this one's: the regions are parts of the table. */
    CacheStats plus(CacheStats other) {
        return new CacheStats(
                capacity,
                size + other.size,
                hits + other.hits,
                misses + other.misses,
                invalidations + other.invalidations,
                writeBacks + other.writeBacks,
                evictions + other.evictions,
                bytes + other.bytes,
                audited + other.audited,
                inconclusive + other.inconclusive,
                violations + other.violations);
    }
}
