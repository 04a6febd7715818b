package io.sinkron.cache;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * The limits and times of a node's cache. Start from {@link #DEFAULT} and change what must differ; each {@code with…} method gives other options.
 * Immutable.
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
 * @param minHoldNanos how long a line that was granted for writing stays here at least before another node's request takes it away, lest a line that
 *     many nodes write moves on after each single write; 0 (off, the default) to 100 ms, for who waits for the line waits that much longer
 * @param auditIntervalNanos how often the auditor compares the copies of some lines across the cluster; 0 (off, the default), or 1 ms at least
 * @param auditLines how many lines an audit compares; 1 to 1 024
 * @param partitionPolicy what reads get while this node has no lease
 * @param maxComputeNanos a computed update that takes longer is counted and logged, for it holds up the node's one thread; 1 us at least
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
        long flushTimeoutNanos,
        long minHoldNanos,
        long auditIntervalNanos,
        int auditLines,
        PartitionPolicy partitionPolicy,
        long maxComputeNanos) {
    /** The longest minimum hold: past it, a write of another node would run into the retry interval of its request. */
    public static final long MAX_HOLD_NANOS = 100_000_000L;

    private static final int MAX_AUDIT_LINES = 1_024;
    private static final long MICROSECOND = 1_000L;
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
            10 * SECOND,
            0,
            0,
            16,
            PartitionPolicy.REFUSE,
            MILLISECOND);

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
        within("minHoldNanos", minHoldNanos, 0, MAX_HOLD_NANOS);
        within("auditIntervalNanos", auditIntervalNanos, auditIntervalNanos == 0 ? 0 : MILLISECOND, 3_600 * SECOND);
        within("auditLines", auditLines, 1, MAX_AUDIT_LINES);
        Objects.requireNonNull(partitionPolicy, "partitionPolicy");
        within("maxComputeNanos", maxComputeNanos, MICROSECOND, 3_600 * SECOND);
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }

    /** These, with another capacity. */
    public CacheOptions withCapacity(int entries, long bytes) {
        return changed(draft -> {
            draft.maxEntries = entries;
            draft.maxBytes = bytes;
        });
    }

    /** These, with another share of lines that may be dirty and on their way out. */
    public CacheOptions withEvictingPercent(int percent) {
        return changed(draft -> draft.maxEvictingPercent = percent);
    }

    /** These, with another size of the snoop filter; 0 for none. */
    public CacheOptions withFilter(int lines) {
        return changed(draft -> draft.maxFilterEntries = lines);
    }

    /** These, with another bound on the calls that wait. */
    public CacheOptions withWaitingCalls(int calls) {
        return changed(draft -> draft.maxWaitingCalls = calls);
    }

    /** These, with another time after which an unanswered message is sent again. */
    public CacheOptions withRetry(long nanos) {
        return changed(draft -> draft.retryNanos = nanos);
    }

    /** These, with another age at which dirty lines are written back. */
    public CacheOptions withFlushAge(long nanos) {
        return changed(draft -> draft.flushAgeNanos = nanos);
    }

    /** These, with another time that a question for the states of a line takes at most. */
    public CacheOptions withStatesTimeout(long nanos) {
        return changed(draft -> draft.statesTimeoutNanos = nanos);
    }

    /** These, with another time after which a holder asks whether a backup is still needed. */
    public CacheOptions withBackupQuery(long nanos) {
        return changed(draft -> draft.backupQueryNanos = nanos);
    }

    /** These, with another time for which a write with an idempotency key is remembered; 0 for none. */
    public CacheOptions withRemember(long millis) {
        return changed(draft -> draft.rememberMillis = millis);
    }

    /** These, with another time that a flush takes at most. */
    public CacheOptions withFlushTimeout(long nanos) {
        return changed(draft -> draft.flushTimeoutNanos = nanos);
    }

    /** These, with another minimum hold of a line granted for writing; 0 for none. */
    public CacheOptions withMinHold(long nanos) {
        return changed(draft -> draft.minHoldNanos = nanos);
    }

    /** These, with an auditor that looks at so many lines so often; an interval of 0 turns it off. */
    public CacheOptions withAudit(long intervalNanos, int lines) {
        return changed(draft -> {
            draft.auditIntervalNanos = intervalNanos;
            draft.auditLines = lines;
        });
    }

    /** These, with another answer to reads without a lease. */
    public CacheOptions withPartitionPolicy(PartitionPolicy policy) {
        return changed(draft -> draft.partitionPolicy = policy);
    }

    /** These, with another mark above which a computed update counts as slow. */
    public CacheOptions withMaxCompute(long nanos) {
        return changed(draft -> draft.maxComputeNanos = nanos);
    }

    /** How many dirty lines may be on their way out at once. */
    int maxEvicting() {
        return (int) Math.max(1, (long) maxEntries * maxEvictingPercent / 100);
    }

    private CacheOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** The options on their way to being other ones: the one place besides the header that knows them all. */
    private static final class Draft {
        int maxEntries;
        long maxBytes;
        int maxEvictingPercent;
        int maxFilterEntries;
        int maxWaitingCalls;
        long retryNanos;
        long flushAgeNanos;
        long statesTimeoutNanos;
        long backupQueryNanos;
        long rememberMillis;
        long flushTimeoutNanos;
        long minHoldNanos;
        long auditIntervalNanos;
        int auditLines;
        PartitionPolicy partitionPolicy;
        long maxComputeNanos;

        Draft(CacheOptions from) {
            maxEntries = from.maxEntries;
            maxBytes = from.maxBytes;
            maxEvictingPercent = from.maxEvictingPercent;
            maxFilterEntries = from.maxFilterEntries;
            maxWaitingCalls = from.maxWaitingCalls;
            retryNanos = from.retryNanos;
            flushAgeNanos = from.flushAgeNanos;
            statesTimeoutNanos = from.statesTimeoutNanos;
            backupQueryNanos = from.backupQueryNanos;
            rememberMillis = from.rememberMillis;
            flushTimeoutNanos = from.flushTimeoutNanos;
            minHoldNanos = from.minHoldNanos;
            auditIntervalNanos = from.auditIntervalNanos;
            auditLines = from.auditLines;
            partitionPolicy = from.partitionPolicy;
            maxComputeNanos = from.maxComputeNanos;
        }

        CacheOptions options() {
            return new CacheOptions(
                    maxEntries,
                    maxBytes,
                    maxEvictingPercent,
                    maxFilterEntries,
                    maxWaitingCalls,
                    retryNanos,
                    flushAgeNanos,
                    statesTimeoutNanos,
                    backupQueryNanos,
                    rememberMillis,
                    flushTimeoutNanos,
                    minHoldNanos,
                    auditIntervalNanos,
                    auditLines,
                    partitionPolicy,
                    maxComputeNanos);
        }
    }
}
