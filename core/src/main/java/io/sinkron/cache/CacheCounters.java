package io.sinkron.cache;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The numbers of some lines of one node, all or a region's. Hits are counted by any thread, in stripes, so that readers share no cache line; the rest
 * by the machine alone. Thread-safe.
 */
final class CacheCounters {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder writeBacks = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder audited = new LongAdder();
    final LongAdder inconclusive = new LongAdder();
    final LongAdder violations = new LongAdder();
    private final AtomicLong capacity = new AtomicLong();
    private final AtomicLong size = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** Sets what the machine knows exactly. */
    void use(long maxEntries, long lines, long totalBytes) {
        capacity.setRelease(maxEntries);
        size.setRelease(lines);
        bytes.setRelease(totalBytes);
    }

    /** Adds what another has counted; its size isn't. */
    void add(CacheCounters other) {
        hits.add(other.hits.sum());
        misses.add(other.misses.sum());
        invalidations.add(other.invalidations.sum());
        writeBacks.add(other.writeBacks.sum());
        evictions.add(other.evictions.sum());
        audited.add(other.audited.sum());
        inconclusive.add(other.inconclusive.sum());
        violations.add(other.violations.sum());
    }

    /** The numbers so far. */
    CacheStats stats() {
        return new CacheStats(
                capacity.getAcquire(),
                size.getAcquire(),
                hits.sum(),
                misses.sum(),
                invalidations.sum(),
                writeBacks.sum(),
                evictions.sum(),
                bytes.getAcquire(),
                audited.sum(),
                inconclusive.sum(),
                violations.sum());
    }
}
