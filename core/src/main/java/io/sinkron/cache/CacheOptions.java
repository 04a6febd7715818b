package io.sinkron.cache;

/**
 * The limits and times of a node's cache. Immutable.
 *
 * @param maxEntries the most lines in the table, those on their way in or out included; 1 to 2^30
 * @param maxBytes the most bytes of keys and values in it; passed by one value at most, and by dirty lines on their way out; 64 KiB at least
 * @param maxEvictingPercent how much of {@code maxEntries} may be dirty lines on their way out; past that, new misses wait; 1 to 100
 * @param maxFilterEntries of how many lines this node, as their home, remembers who may hold them; past that, the line asked for the longest ago
 *     is forgotten, and who asks for it next waits for every node's answer; 0 (every node is always asked) to 2^30
 * @param maxWaitingCalls the most calls that wait for the network; more are refused as overloaded
 * @param retryNanos after which time an unanswered message is sent again; 1 ms at least
 * @param flushAgeNanos how long a written line may stay unsaved before it is written back in the background (it stays in the cache)
 * @param statesTimeoutNanos how long {@link CacheRequest.States} waits for the nodes
 * @param backupQueryNanos after which time a holder asks whether a backup is still needed
 * @param rememberMillis how long a write with an idempotency key is remembered, in cluster time
 * @param flushTimeoutNanos how long {@link CacheNode#flush} tries
 */
public record CacheOptions(
        int maxEntries,
        long maxBytes,
        int maxEvictingPercent,
        int maxFilterEntries,
        int maxWaitingCalls,
        long retryNanos,
        long flushAgeNanos,
        long statesTimeoutNanos,
        long backupQueryNanos,
        long rememberMillis,
        long flushTimeoutNanos) {
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;

    /** 65 536 lines, 256 MiB, written back after a second; the filter knows twice as many lines as a node holds, for homes aren't spread evenly. */
    public static final CacheOptions DEFAULT = new CacheOptions(
            65_536,
            256L << 20,
            10,
            131_072,
            100_000,
            200 * MILLISECOND,
            SECOND,
            500 * MILLISECOND,
            10 * SECOND,
            300_000,
            10 * SECOND);

    /** Rejects values out of range. */
    public CacheOptions {
        within("maxEntries", maxEntries, 1, 1 << 30);
        within("maxBytes", maxBytes, 64 << 10, Long.MAX_VALUE);
        within("maxEvictingPercent", maxEvictingPercent, 1, 100);
        within("maxFilterEntries", maxFilterEntries, 0, 1 << 30);
        within("maxWaitingCalls", maxWaitingCalls, 1, Integer.MAX_VALUE);
        within("retryNanos", retryNanos, MILLISECOND, 3_600 * SECOND);
        within("flushAgeNanos", flushAgeNanos, 0, 3_600 * SECOND);
        within("statesTimeoutNanos", statesTimeoutNanos, 1, 3_600 * SECOND);
        within("backupQueryNanos", backupQueryNanos, MILLISECOND, 3_600 * SECOND);
        within("rememberMillis", rememberMillis, 0, Long.MAX_VALUE);
        within("flushTimeoutNanos", flushTimeoutNanos, 0, 3_600 * SECOND);
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }

    /** These, with another capacity. */
    public CacheOptions withCapacity(int entries, long bytes) {
        return new CacheOptions(
                entries,
                bytes,
                maxEvictingPercent,
                maxFilterEntries,
                maxWaitingCalls,
                retryNanos,
                flushAgeNanos,
                statesTimeoutNanos,
                backupQueryNanos,
                rememberMillis,
                flushTimeoutNanos);
    }

    /** These, with another age at which dirty lines are written back. */
    public CacheOptions withFlushAge(long nanos) {
        return new CacheOptions(
                maxEntries,
                maxBytes,
                maxEvictingPercent,
                maxFilterEntries,
                maxWaitingCalls,
                retryNanos,
                nanos,
                statesTimeoutNanos,
                backupQueryNanos,
                rememberMillis,
                flushTimeoutNanos);
    }

    /** These, with another size of the snoop filter; 0 for none. */
    public CacheOptions withFilter(int lines) {
        return new CacheOptions(
                maxEntries,
                maxBytes,
                maxEvictingPercent,
                lines,
                maxWaitingCalls,
                retryNanos,
                flushAgeNanos,
                statesTimeoutNanos,
                backupQueryNanos,
                rememberMillis,
                flushTimeoutNanos);
    }

    /** How many dirty lines may be on their way out at once. */
    int maxEvicting() {
        return (int) Math.max(1, (long) maxEntries * maxEvictingPercent / 100);
    }
}
