package io.sinkron.cache;

import java.util.function.LongSupplier;

/**
 * Until when this node's copies may be read, and what time it is for those who ask. Written by the node's thread and, the coarse time, by a ticker;
 * read by any thread.
 *
 * <p>The order that makes a read linearizable: the lease's end, then the value, then the time. If the lease as it stood before the value was read still
 * holds after it, then the value was valid at that instant, which lies within the read. The other way round, a thread that is paused between time and
 * value would answer with what others have overwritten since; and a lease that was renewed after the value was read doesn't vouch for it, for the one
 * before may have been over by then.
 *
 * <p>The coarse time is at most as old as its ticker is late, and counts only until a margin ({@link ReadMode#TICK_MARGIN_MILLIS}) before the lease's end; from there on
 * the clock is asked. So a coarse read is as good as a strict one unless the ticker is later than that: {@code value read at t, coarse time c, t - c <=
 * margin, c < end - margin} gives {@code t < end}. A lease is renewed so often that a healthy node is never so near to its end.
 */
final class ReadLease {
    private static final long TICK_MARGIN_NANOS = ReadMode.TICK_MARGIN_MILLIS * 1_000_000;
    private static final long NONE = Long.MIN_VALUE;

    private volatile long end = NONE;
    private volatile long coarse = NONE;
    private volatile boolean isTickWanted;

    /** The lease ends at this time of the monotonic clock, exclusive. */
    void until(long nanos) {
        end = some(nanos);
    }

    /** The lease's end; to be read before the value. */
    long end() {
        return end;
    }

    /** Whether a lease with this end holds at this time. */
    static boolean holds(long end, long now) {
        return end != NONE && now - end < 0;
    }

    /** The time by which a read in this mode is judged; to be read after the value. */
    long now(ReadMode mode, long leaseEnd, LongSupplier clock) {
        if (mode != ReadMode.STRICT) {
            long tick = coarse;
            if (tick != NONE) {
                if (tick - leaseEnd + TICK_MARGIN_NANOS < 0) {
                    return tick;
                }
            } else if (!isTickWanted) {
                isTickWanted = true;
            }
        }
        return clock.getAsLong();
    }

    /** It is this late now, says the ticker. */
    void tick(long now) {
        coarse = some(now);
    }

    /** Nobody ticks from now on: the clock is asked. */
    void stopTicking() {
        isTickWanted = false;
        coarse = NONE;
    }

    /** Whether a reader would have liked a ticker since the last one stopped. */
    boolean isTickWanted() {
        return isTickWanted;
    }

    private static long some(long nanos) {
        return nanos == NONE ? NONE + 1 : nanos;
    }
}
