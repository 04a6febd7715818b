package io.sinkron.cluster;

import java.util.concurrent.TimeUnit;

/**
 * The times of node leases and of the view. They must be the same on every node of a cluster, because a new leader waits for the leases
 * that its predecessor gave by its own {@code durationNanos}. Immutable.
 *
 * <p>With {@link #DEFAULT} a killed node is out of the view about 1.1 s after its last lease was granted; if it was the leader, 1.1 s after
 * its successor was elected.
 *
 * @param durationNanos how long a lease lasts in true time, 10 ms to 1 h; default 1 s. Longer ones survive longer pauses, shorter ones
 *     fail over faster
 * @param renewNanos how often a node asks, at most a third of the duration so that two lost messages cost nothing; default 250 ms
 * @param driftPpm how far the rate of any node's monotonic clock may be from true time, in millionths, 0 to 500 000; default 100 000
 *     (10 %). Real clocks stay below 500; the rest is for virtual machines that slew
 * @param downAfterNanos how long a member must have been silent before the view may exclude it, at least one renewal; default 1 s
 * @param firstViewWaitNanos how long the first leader waits for all expected nodes before it makes a first view of those it heard;
 *     default 3 s
 * @param installTimeoutNanos how long a member that still renews may take to install a prepared view before its lease is no longer renewed;
 *     default 2 s
 * @param proposalTimeoutNanos how long a proposed command may take to be applied before it is proposed again; default 500 ms
 */
public record LeaseOptions(
        long durationNanos,
        long renewNanos,
        int driftPpm,
        long downAfterNanos,
        long firstViewWaitNanos,
        long installTimeoutNanos,
        long proposalTimeoutNanos) {
    private static final int MILLION = 1_000_000;
    private static final long MAX_NANOS = 3_600_000_000_000L;

    /** The defaults above. */
    public static final LeaseOptions DEFAULT = new LeaseOptions(
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.MILLISECONDS.toNanos(250),
            100_000,
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.SECONDS.toNanos(3),
            TimeUnit.SECONDS.toNanos(2),
            TimeUnit.MILLISECONDS.toNanos(500));

    /** @throws IllegalArgumentException if a value is out of its range; the message names it and the range */
    public LeaseOptions {
        range("durationNanos", durationNanos, TimeUnit.MILLISECONDS.toNanos(10), MAX_NANOS);
        range("renewNanos", renewNanos, 1, durationNanos / 3);
        range("driftPpm", driftPpm, 0, MILLION / 2);
        range("downAfterNanos", downAfterNanos, renewNanos, MAX_NANOS);
        range("firstViewWaitNanos", firstViewWaitNanos, 0, MAX_NANOS);
        range("installTimeoutNanos", installTimeoutNanos, 1, MAX_NANOS);
        range("proposalTimeoutNanos", proposalTimeoutNanos, 1, MAX_NANOS);
    }

    /**
     * What remains of a duration for the member that counts it: on a clock that is slow by the whole allowance it is not over later than
     * the duration in true time.
     */
    public long shortened(long nanos) {
        return nanos / MILLION * (MILLION - driftPpm) + nanos % MILLION * (MILLION - driftPpm) / MILLION;
    }

    /**
     * How long the leader must count for a lease to be over: on a clock that is fast by the whole allowance it is not over earlier than the
     * duration in true time.
     */
    public long lengthened() {
        return durationNanos / MILLION * (MILLION + driftPpm)
                + durationNanos % MILLION * (MILLION + driftPpm) / MILLION
                + 1;
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }
}
