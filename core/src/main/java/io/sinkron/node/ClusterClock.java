package io.sinkron.node;

/**
 * The cluster's own time in milliseconds, which the leader stamps on log entries and which never falls. It moves with the monotonic clock of
 * whoever leads; nobody's wall clock moves it while the cluster runs. Only if neither the new leader nor anybody who has voted for it has heard of the time
 * since it started (a cold start of the cluster) the leader's wall clock, as it was at the start, pushes the time forward, so that delays and retention go on
 * over a stop of the whole cluster. While there is no leader the time still passes at each node, and the next leader's stamps catch up.
 */
final class ClusterClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long startNanos;
    private final long startWallMillis;
    private long baseNanos;
    private long baseMillis;
    private boolean hasHeard;

    ClusterClock(long lastStampMillis, long startWallMillis, long now) {
        this.startNanos = now;
        this.startWallMillis = startWallMillis;
        this.baseNanos = now;
        this.baseMillis = lastStampMillis;
    }

    /**
     * A stamp or a leader's time that was true at some moment up to now. A stamp of 0 tells no time: it is that of a first leader's first entry, and if
     * that leader ended with it, the next one must still go by a wall clock. Otherwise the cluster would live in 1970 until a restarted node leads,
     * and whatever is kept for a time would be over at that moment.
     */
    void heard(long millis, long now) {
        hasHeard |= millis > 0;
        if (millis > estimate(now)) {
            baseMillis = millis;
            baseNanos = now;
        }
    }

    /** This node leads from now on; {@code lastStampMillis} ends its log. */
    void leaderStarted(long lastStampMillis, long now) {
        long mine = estimate(now);
        if (!hasHeard) {
            mine = Math.max(mine, startWallMillis + (now - startNanos) / NANOS_PER_MILLI);
        }
        baseMillis = Math.max(lastStampMillis, mine);
        baseNanos = now;
        hasHeard = true;
    }

    /** The time if this node has heard it since its start, else 0: what it tells a candidate. */
    long known(long now) {
        return hasHeard ? estimate(now) : 0;
    }

    /** The time as far as this node can tell; never falls. */
    long estimate(long now) {
        return baseMillis + Math.max(0, now - baseNanos) / NANOS_PER_MILLI;
    }
}
