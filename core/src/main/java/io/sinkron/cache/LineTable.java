package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The lines of one node's cache. Its machine writes it; any thread reads it: a hit is a map look-up, the line's snapshot, <em>then</em> the clock
 * against the node's lease, and a touch that may be lost. No lock, no network, no allocation.
 *
 * <p>Snapshot before clock: if the lease still holds at the later instant, then the value was valid at the earlier one, which lies within the read.
 * The other way round, a thread paused between the two would answer with what others have overwritten since. And the lease's end before both: a
 * lease that was renewed after the value was read says nothing about it, for the one before may have been over by then.
 */
public final class LineTable {
    private static final long NO_LEASE = Long.MIN_VALUE;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ConcurrentHashMap<Bytes, Line> lines = new ConcurrentHashMap<>();
    private final TouchBuffers touches = new TouchBuffers();
    private final CacheCounters unnamed = new CacheCounters();
    private final ConcurrentHashMap<String, CacheCounters> named = new ConcurrentHashMap<>();
    private volatile long leaseEnd = NO_LEASE;
    private volatile long clusterOffsetNanos;

    /** An empty table whose node has no lease. */
    public LineTable(CacheOptions options) {
        unnamed.use(options.maxEntries(), 0, 0);
    }

    /**
     * The value of a key that this node has a valid copy of.
     *
     * @param clock the monotonic clock; asked after the value has been read, and only if there is one
     * @return null if the machine must be asked: no valid copy, none at all, a deleted or expired key, or no lease
     */
    public CacheAnswer.Value read(Bytes key, LongSupplier clock) {
        long end = leaseEnd;
        Line line = lines.get(key);
        if (line == null) {
            return null;
        }
        CacheAnswer.Value hit = line.hit();
        if (hit == null) {
            return null;
        }
        long now = clock.getAsLong();
        if (!isBefore(now, end) || isExpired(hit.expiresAtMillis(), now)) {
            return null;
        }
        touches.touch(line);
        line.counters.hits.increment();
        return hit;
    }

    /** As {@link #read}, but without a look at the lease or the time to live: what it returns may be outdated. */
    public CacheAnswer.Value readStale(Bytes key) {
        Line line = lines.get(key);
        return line == null ? null : line.hit();
    }

    /** The lease ends at this time of the monotonic clock, exclusive. Only for the node's own thread. */
    public void leaseUntil(long nanos) {
        leaseEnd = nanos == NO_LEASE ? NO_LEASE + 1 : nanos;
    }

    boolean holdsLease(long now) {
        return isBefore(now, leaseEnd);
    }

    private static boolean isBefore(long now, long leaseEnd) {
        return leaseEnd != NO_LEASE && now - leaseEnd < 0;
    }

    private boolean isExpired(long expiresAtMillis, long now) {
        return expiresAtMillis != 0 && (now + clusterOffsetNanos) / NANOS_PER_MILLI >= expiresAtMillis;
    }

    void clusterOffsetNanos(long offset) {
        clusterOffsetNanos = offset;
    }

    /** The cluster's time at a time of the monotonic clock, as near as this node knows: by it entries expire here. Meaningless before the first lease. */
    public long clusterMillis(long now) {
        return (now + clusterOffsetNanos) / NANOS_PER_MILLI;
    }

    /** The lines that hold something, from behind a key on, in order of the keys' bytes. Takes time linear in the table. */
    public List<LineInfo> lines(Bytes after, int limit) {
        PriorityQueue<LineInfo> first = new PriorityQueue<>((a, b) -> b.key().compareTo(a.key()));
        for (Line line : lines.values()) {
            Line.Snapshot snapshot = line.published();
            if (snapshot.state() != LineState.I && line.key.compareTo(after) > 0) {
                first.add(new LineInfo(line.key, snapshot.state(), snapshot.version(), snapshot.isDirty()));
                if (first.size() > limit) {
                    first.poll();
                }
            }
        }
        List<LineInfo> sorted = new ArrayList<>(first);
        sorted.sort((a, b) -> a.key().compareTo(b.key()));
        return sorted;
    }

    /** The numbers so far, of all regions. */
    public CacheStats stats() {
        CacheStats sum = unnamed.stats();
        for (CacheCounters counters : named.values()) {
            sum = sum.plus(counters.stats());
        }
        return sum;
    }

    /**
     * The numbers of one region since it was declared.
     *
     * @param region the name of a cache; empty for the lines of all caches that have no region of their own
     * @return all zero if there is no such region
     */
    public CacheStats stats(String region) {
        CacheCounters counters = region.isEmpty() ? unnamed : named.get(region);
        return counters == null ? CacheStats.NONE : counters.stats();
    }

    CacheCounters unnamed() {
        return unnamed;
    }

    /** The counters of a region, new ones if it hasn't any. */
    CacheCounters declare(String region) {
        return named.computeIfAbsent(region, name -> new CacheCounters());
    }

    /** A region is gone; what it has counted goes on in the unnamed one, so that the sums don't sink. */
    void forget(String region) {
        unnamed.add(named.remove(region));
    }

    int size() {
        return lines.size();
    }

    Line get(Bytes key) {
        return lines.get(key);
    }

    void add(Line line) {
        lines.put(line.key, line);
    }

    void remove(Line line) {
        lines.remove(line.key);
    }

    /** All lines; a copy, in no order that an effect may depend on. */
    List<Line> all() {
        List<Line> all = new ArrayList<>(lines.values());
        all.sort((a, b) -> a.key.compareTo(b.key));
        return all;
    }

    void drainTouches(Consumer<Line> touched) {
        touches.drain(touched);
    }

    void countAudited() {
        unnamed.audited.increment();
    }

    void countInconclusive() {
        unnamed.inconclusive.increment();
    }

    void countViolation() {
        unnamed.violations.increment();
    }
}
