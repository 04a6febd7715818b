package io.sinkron;

import java.util.concurrent.atomic.LongAdder;

/** What one named cache counts at this node. Thread-safe. */
final class UseCounters {
    final LongAdder hits = new LongAdder();
    final LongAdder localHits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder loadFailures = new LongAdder();
    final LongAdder loadNanos = new LongAdder();
    final LongAdder writerFailures = new LongAdder();

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
                evictions,
                size,
                missedEvents);
    }
}
