package io.sinkron.cache;

/**
 * The lines of one cache at this node: their limits, how much they take, and who is the coldest. The unnamed region has those of the unnamed cache and
 * of all caches that have none of their own. Machine only.
 *
 * @param <L> the lines
 */
final class Region<L extends LruLink<L>> {
    /** The cache's name, empty for the unnamed region. */
    final String name;

    final CacheCounters counters;
    final LruDeque<L> recency = new LruDeque<>();
    /** Calls that wait for room here. */
    final PendingCall.Queue parked = new PendingCall.Queue();
    /** Whether it is among the regions that calls wait for. */
    boolean isAwaited;

    private int maxEntries;
    private long maxBytes;
    private int size;
    private long bytes;
    private int evicting;
    private long evictingBytes;

    Region(String name, CacheCounters counters, int maxEntries, long maxBytes) {
        this.name = name;
        this.counters = counters;
        limit(maxEntries, maxBytes);
    }

    /** Sets other limits. */
    void limit(int entries, long totalBytes) {
        this.maxEntries = entries;
        this.maxBytes = totalBytes;
        publish();
    }

    int size() {
        return size;
    }

    /** How many dirty lines are on their way out. */
    int evicting() {
        return evicting;
    }

    boolean isFull() {
        return size >= maxEntries;
    }

    /** Whether it has more than it may, not counting what is on its way out. */
    boolean isOver() {
        return size - evicting > maxEntries || bytes - evictingBytes > maxBytes;
    }

    /** How many of its dirty lines may be on their way out at once, if of the whole table so many per cent may. */
    int maxEvicting(int percent) {
        return (int) Math.max(1, (long) maxEntries * percent / 100);
    }

    /** So many lines and bytes more, or fewer. */
    void count(int lines, long moreBytes) {
        size += lines;
        bytes += moreBytes;
        if (lines != 0 || moreBytes != 0) {
            publish();
        }
    }

    /** So many lines and bytes more on their way out, or fewer. */
    void countEvicting(int lines, long moreBytes) {
        evicting += lines;
        evictingBytes += moreBytes;
    }

    private void publish() {
        counters.use(maxEntries, size, bytes);
    }
}
