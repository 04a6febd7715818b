package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The lines of one node's cache. Its machine writes it; any thread reads it: a hit is a map look-up, the line's snapshot, <em>then</em> the time
 * against the node's lease, and a touch that may be lost. No lock, no network, no allocation, and no write to what other readers read or write.
 * {@link ReadLease} says why in this order.
 */
public final class LineTable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ConcurrentHashMap<Bytes, Line> lines = new ConcurrentHashMap<>();
    private final TouchBuffers touches = new TouchBuffers();
    private final CacheCounters unnamed = new CacheCounters();
    private final ConcurrentHashMap<String, CacheCounters> named = new ConcurrentHashMap<>();
    private final ReadLease lease = new ReadLease();
    private final StaleShelf shelf;
    private final LongAdder staleReads = new LongAdder();
    private volatile long clusterOffsetNanos;

    /** An empty table whose node has no lease. */
    public LineTable(CacheOptions options) {
        unnamed.use(options.maxEntries(), 0, 0);
        this.shelf = new StaleShelf(options.partitionPolicy());
    }

    /**
     * The value of a key that this node has a valid copy of; with {@link ReadMode#STALE_OK} also one of whose validity it isn't sure.
     *
     * @param clock the monotonic clock; asked after the value has been read, and only if there is one
     * @return null if the machine must be asked: no valid copy, none at all, a deleted or expired key, or no lease
     */
    public CacheAnswer.Value read(Bytes key, ReadMode mode, LongSupplier clock) {
        long end = lease.end();
        Line line = lines.get(key);
        CacheAnswer.Value hit = line == null ? null : line.lasting();
        if (hit == null) {
            return readOther(key, line, end, mode, clock);
        }
        return judged(line, hit, end, lease.now(mode, end, clock), mode);
    }

    /** A value with a time to live, or none in the table. */
    private CacheAnswer.Value readOther(Bytes key, Line line, long end, ReadMode mode, LongSupplier clock) {
        CacheAnswer.Value hit = line == null ? null : line.expiring();
        if (hit == null) {
            return mode == ReadMode.STALE_OK ? shelved(key, clock) : null;
        }
        long now = lease.now(mode, end, clock);
        return isExpired(hit.expiresAtMillis(), now) ? null : judged(line, hit, end, now, mode);
    }

    private CacheAnswer.Value judged(Line line, CacheAnswer.Value hit, long end, long now, ReadMode mode) {
        if (!ReadLease.holds(end, now)) {
            return mode == ReadMode.STALE_OK ? stale(hit.asStale()) : null;
        }
        touches.touch(line);
        line.counters.hits.increment();
        return hit;
    }

    /** {@link #read(Bytes, ReadMode, LongSupplier)}, strict. */
    public CacheAnswer.Value read(Bytes key, LongSupplier clock) {
        return read(key, ReadMode.STRICT, clock);
    }

    private CacheAnswer.Value shelved(Bytes key, LongSupplier clock) {
        CacheAnswer.Value value = shelf.get(key);
        return value == null || isExpired(value.expiresAtMillis(), clock.getAsLong()) ? null : stale(value);
    }

    private CacheAnswer.Value stale(CacheAnswer.Value value) {
        staleReads.increment();
        return value;
    }

    /** How many reads were answered with a value marked as stale, since the start. */
    public long staleReads() {
        return staleReads.sum();
    }

    /** The lease ends at this time of the monotonic clock, exclusive. Only for the node's own thread. */
    public void leaseUntil(long nanos) {
        lease.until(nanos);
    }

    boolean holdsLease(long now) {
        return ReadLease.holds(lease.end(), now);
    }

    /** The machine has noticed that the lease is over, and is about to drop its lines: what the policy wants to keep is kept. */
    void leaseLost() {
        shelf.fill(lines.values());
    }

    /** The machine has a lease again: nothing stale is shown any more. */
    void leaseRegained() {
        shelf.clear();
    }

    /** The ticker of {@link ReadMode#TICK} says what time it is; from one thread. It must go on, or say {@link #stopTicking}. */
    public void tick(long now) {
        lease.tick(now);
    }

    /** The ticker stops, and {@link ReadMode#TICK} asks the clock. */
    public void stopTicking() {
        lease.stopTicking();
    }

    /** Whether a reader has missed the ticker since it stopped, or since the start. */
    public boolean isTickWanted() {
        return lease.isTickWanted();
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
