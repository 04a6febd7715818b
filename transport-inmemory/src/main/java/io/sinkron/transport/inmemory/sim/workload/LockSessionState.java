package io.sinkron.transport.inmemory.sim.workload;

import java.util.LinkedHashSet;
import java.util.Set;

/** A session as its client sees it: alive for sure until a time, counted from when the last confirmed keepalive was asked. */
final class LockSessionState {
    /** Both clocks, the client's and the leader's, may be off by 500 ppm each; this is twice that. */
    private static final double DRIFT_MARGIN = 0.002;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String id;
    private final Set<String> locks = new LinkedHashSet<>();
    private final Set<String> mayHaveEnded = new LinkedHashSet<>();
    private long validUntilNanos = Long.MIN_VALUE;
    private boolean lapsed;
    private boolean over;

    LockSessionState(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** A keepalive (or the opening) asked at this time was confirmed. */
    void confirmed(long askedAtNanos, long ttlMillis) {
        long lasts = (long) (ttlMillis * NANOS_PER_MILLI * (1 - DRIFT_MARGIN));
        validUntilNanos = Math.max(validUntilNanos, askedAtNanos + lasts);
    }

    long validUntilNanos() {
        return validUntilNanos;
    }

    /** Whether the client may rely on it. */
    boolean isValid(long nowNanos) {
        return !over && nowNanos < validUntilNanos;
    }

    /** The client has ended it, or was told that it has ended: its holds are nobody's. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    /** From now on the cluster may have ended it. */
    void lapse() {
        lapsed = true;
    }

    boolean hasLapsed() {
        return lapsed;
    }

    /** The locks it has asked for. */
    Set<String> locks() {
        return locks;
    }

    /** The locks whose history says already that this session may have ended. */
    Set<String> mayHaveEnded() {
        return mayHaveEnded;
    }

    @Override
    public String toString() {
        return id + " valid until " + validUntilNanos / NANOS_PER_MILLI + " ms";
    }
}
