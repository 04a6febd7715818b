package io.sinkron;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one named cache counts at this node. Thread-safe. */
final class UseCounters {
    private static final Logger LOG = LoggerFactory.getLogger(UseCounters.class);

    final LongAdder hits = new LongAdder();
    final LongAdder localHits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder loadFailures = new LongAdder();
    final LongAdder loadNanos = new LongAdder();
    final LongAdder writerFailures = new LongAdder();

    private final LongAdder slowComputes = new LongAdder();
    private final String cache;
    private final long maxComputeNanos;

    UseCounters(String cache, long maxComputeNanos) {
        this.cache = cache;
        this.maxComputeNanos = maxComputeNanos;
    }

    /** The function of a computed update has run for so long. Told of at the first time, the second, the fourth, the eighth… */
    void computed(long nanos) {
        if (nanos <= maxComputeNanos) {
            return;
        }
        slowComputes.increment();
        if (Long.bitCount(slowComputes.sum()) == 1) {
            LOG.warn(
                    "a function of a computed update of the cache '{}' held up the node for {} us; {} such in all",
                    cache,
                    TimeUnit.NANOSECONDS.toMicros(nanos),
                    slowComputes.sum());
        }
    }

    void hit(boolean isLocal) {
        hits.increment();
        if (isLocal) {
            localHits.increment();
        }
    }

    CacheStatistics statistics(long evictions, long size, long missedEvents) {
        return new CacheStatistics(
                hits.sum(),
                localHits.sum(),
                misses.sum(),
                loads.sum(),
                loadFailures.sum(),
                loadNanos.sum(),
                writerFailures.sum(),
                slowComputes.sum(),
                evictions,
                size,
                missedEvents);
    }
}
