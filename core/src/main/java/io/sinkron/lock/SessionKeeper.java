package io.sinkron.lock;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The leader's clockwork of sessions: it knows when each must have been kept alive, and names those to propose {@link
 * LockCommand.ExpireSession} for. Keepalives are not replicated; so a new leader, which can't know of the last ones, gives every session its
 * full time to live again, and a session never ends before its TTL since its last answered keepalive.
 *
 * <p>Whoever drives it asks {@link #keepAlive} and {@link #expired} only while it is sure that it leads (a quorum heard within the election
 * timeout), and tells it {@link #leaderStopped} when it does no more. That a deposed leader's expiry has no effect is seen to by the term in
 * the command.
 *
 * <p>A keepalive costs constant time: it moves the lease's deadline and leaves the heap alone; an entry that surfaces too early is put back.
 * Pure: time is an argument, monotonic nanoseconds of any origin. Not thread-safe.
 */
public final class SessionKeeper {
    /** How long a proposed expiry may take to be applied before it is proposed again: it may have been dropped under load. */
    public static final long DEFAULT_REPROPOSE_NANOS = 2_000_000_000L;

    /** So many are proposed at once at most; the rest is due at once as well. It keeps a mass expiry from flooding the log. */
    public static final int MAX_EXPIRED_AT_ONCE = 512;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long FAR = Long.MAX_VALUE / 2;
    private static final int STALE_ENTRIES_TOLERATED = 1_024;

    private final long reproposeNanos;
    private final HashMap<String, Lease> leases = new HashMap<>();
    private final PriorityQueue<Entry> heap = new PriorityQueue<>();
    private boolean leading;
    private long lastNow;

    /** With the default time-out for proposals. */
    public SessionKeeper() {
        this(DEFAULT_REPROPOSE_NANOS);
    }

    /** @param reproposeNanos after what time a session is named again if it hasn't ended, at least 1 */
    public SessionKeeper(long reproposeNanos) {
        if (reproposeNanos < 1) {
            throw new IllegalArgumentException("reproposeNanos is " + reproposeNanos + ", must be at least 1");
        }
        this.reproposeNanos = reproposeNanos;
    }

    /** This node leads from now on, and these sessions are open: each gets its full time to live. */
    public void leaderStarted(List<SessionLease> sessions, long now) {
        leaderStopped();
        lastNow = now;
        leading = true;
        for (SessionLease session : sessions) {
            opened(session.session(), session.ttlMillis(), now);
        }
    }

    /** This node leads no more: it times nothing and answers no keepalive. */
    public void leaderStopped() {
        leading = false;
        leases.clear();
        heap.clear();
    }

    /** A session was opened; of no interest to one that doesn't lead. */
    public void opened(String session, long ttlMillis, long now) {
        if (leading && !leases.containsKey(session)) {
            Lease lease = new Lease(session, ttlMillis, now + ttlMillis * NANOS_PER_MILLI);
            leases.put(session, lease);
            heap.add(new Entry(lease.deadline, lease));
        }
    }

    /** A session has ended. */
    public void ended(String session) {
        Lease lease = leases.remove(session);
        if (lease != null) {
            lease.ended = true;
            dropStaleEntries();
        }
    }

    /**
     * Extends a session to its full time to live from now.
     *
     * @return the time to live in milliseconds; 0 if there is no such session or its expiry is proposed already, which can't be taken back; -1 if
     *     this node doesn't lead
     */
    public long keepAlive(String session, long now) {
        if (!leading) {
            return -1;
        }
        Lease lease = leases.get(session);
        if (lease == null || lease.proposed) {
            return 0;
        }
        long deadline = now + lease.ttlMillis * NANOS_PER_MILLI;
        if (deadline - lease.deadline > 0) {
            lease.deadline = deadline;
        }
        return lease.ttlMillis;
    }

    /**
     * The sessions whose time is over, in order of their deadlines, at most {@link #MAX_EXPIRED_AT_ONCE}. Each is named once, and again if it
     * hasn't {@link #ended} within the time-out for proposals.
     */
    public List<String> expired(long now) {
        lastNow = now;
        List<String> due = new ArrayList<>();
        for (Entry top = heap.peek(); top != null && top.deadline - now <= 0; top = heap.peek()) {
            if (due.size() == MAX_EXPIRED_AT_ONCE) {
                break;
            }
            heap.poll();
            Lease lease = top.lease;
            if (lease.ended) {
                continue;
            }
            if (lease.deadline - now <= 0) {
                due.add(lease.session);
                lease.proposed = true;
                lease.deadline = now + reproposeNanos;
            }
            heap.add(new Entry(lease.deadline, lease));
        }
        return due;
    }

    /** When {@link #expired} should be asked next: not later than the next deadline, far away if there is none. */
    public long deadline() {
        Entry top = heap.peek();
        return top == null ? lastNow + FAR : top.deadline;
    }

    /** How many sessions it times. */
    public int size() {
        return leases.size();
    }

    /** Entries in the heap, for tests: never many more than sessions. */
    int entries() {
        return heap.size();
    }

    /** Sessions that end early leave their entry in the heap; when these are the greater part it is built anew. */
    private void dropStaleEntries() {
        if (heap.size() > 2 * leases.size() + STALE_ENTRIES_TOLERATED) {
            heap.removeIf(entry -> entry.lease.ended);
        }
    }

    private static final class Lease {
        final String session;
        final long ttlMillis;
        long deadline;
        boolean proposed;
        boolean ended;

        Lease(String session, long ttlMillis, long deadline) {
            this.session = session;
            this.ttlMillis = ttlMillis;
            this.deadline = deadline;
        }
    }

    /** A lease and a deadline that it had; it may have been extended since. */
    private record Entry(long deadline, Lease lease) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            long difference = deadline - other.deadline;
            return difference != 0 ? Long.signum(difference) : lease.session.compareTo(other.lease.session);
        }
    }
}
