package io.sinkron.lock;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import java.util.List;

/** What a {@link LockCommand} is answered with. Immutable. */
public sealed interface LockAnswer extends Answer {
    /** The session is open. */
    record SessionOpened(String session, long ttlMillis) implements LockAnswer {}

    /** The session is over (whether or not it was there), or a wait was cancelled, or a stale expiry was passed over. */
    record Done() implements LockAnswer {}

    /**
     * The lock is held.
     *
     * @param token the fencing token: the log index of the first grant of this hold
     * @param holds how deep it is held now
     */
    record Granted(LockOwner owner, String lock, LockMode mode, long token, int holds) implements LockAnswer {}

    /**
     * One level is given back.
     *
     * @param holds how deep it is still held, 0 for free of this owner
     */
    record Released(String lock, int holds) implements LockAnswer {}

    /** Whose holds were ended by force. */
    record ForceReleased(String lock, List<LockOwner> released) implements LockAnswer {
        /** Takes an immutable copy. */
        public ForceReleased {
            released = List.copyOf(released);
        }
    }

    /** One lock; a free one has empty lists. */
    record LockView(String lock, List<Holder> holders, List<Waiter> waiters) implements LockAnswer {
        /** Takes immutable copies. */
        public LockView {
            holders = List.copyOf(holders);
            waiters = List.copyOf(waiters);
        }
    }

    /** Some locks; {@code next} continues the list, empty at its end. */
    record LockViews(List<LockView> locks, String next) implements LockAnswer {
        /** Takes an immutable copy. */
        public LockViews {
            locks = List.copyOf(locks);
        }
    }

    /** The wait-for graph. */
    record GraphView(List<GraphEdge> edges, List<RefusedCycle> deadlocks) implements LockAnswer {
        /** Takes immutable copies. */
        public GraphView {
            edges = List.copyOf(edges);
            deadlocks = List.copyOf(deadlocks);
        }
    }

    /** Sessions, one or all. */
    record SessionViews(List<SessionView> sessions) implements LockAnswer {
        /** Takes an immutable copy. */
        public SessionViews {
            sessions = List.copyOf(sessions);
        }
    }

    /** Who holds a lock. */
    record Holder(LockOwner owner, LockMode mode, long token, int holds) {}

    /** Who waits for a lock; the position counts from 1. */
    record Waiter(LockOwner owner, LockMode mode, int position, long waitedMillis) {}

    /** An owner waits for another one because of a lock. */
    record GraphEdge(LockOwner from, LockOwner to, String lock) {}

    /** A cycle that was refused, and when, in cluster time. */
    record RefusedCycle(long atMillis, List<CycleStep> cycle) {
        /** Takes an immutable copy. */
        public RefusedCycle {
            cycle = List.copyOf(cycle);
        }
    }

    /**
     * One owner of a cycle.
     *
     * @param waitsFor the lock it waits for
     * @param mode the mode it asked for
     * @param heldBy the holder, or on a soft edge the waiter ahead; the owner of the next step
     * @param heldMode the mode held, or asked for
     */
    record CycleStep(
            LockOwner owner, String label, String waitsFor, LockMode mode, LockOwner heldBy, LockMode heldMode) {}

    /** A session with what it holds and waits for. */
    record SessionView(
            String session,
            String label,
            long ttlMillis,
            NodeId node,
            List<SessionHold> holds,
            List<SessionWait> waits) {
        /** Takes immutable copies. */
        public SessionView {
            holds = List.copyOf(holds);
            waits = List.copyOf(waits);
        }
    }

    /** A hold of a session. */
    record SessionHold(String lock, String owner, LockMode mode, long token) {}

    /** A wait of a session. */
    record SessionWait(String lock, String owner, LockMode mode, int position) {}

    /** The lock was busy and the wait ran out. */
    record LockTimeout(String lock, List<Holder> holders, long waitedMillis) implements LockAnswer, Refusal {
        /** Takes an immutable copy. */
        public LockTimeout {
            holders = List.copyOf(holders);
        }

        @Override
        public String code() {
            return "lock-timeout";
        }

        @Override
        public String detail() {
            return "The lock '" + lock + "' stayed busy for " + waitedMillis + " ms; holders: " + holders.size();
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** The wait was ended by its caller, or because the node that it came from is gone. */
    record WaitCancelled(String lock) implements LockAnswer, Refusal {
        @Override
        public String code() {
            return "cancelled";
        }

        @Override
        public String detail() {
            return "The wait for the lock '" + lock + "' was cancelled";
        }
    }

    /** The acquire would have closed this cycle, from the requester back to it. */
    record Deadlock(String lock, List<CycleStep> cycle) implements LockAnswer, Refusal {
        /** Takes an immutable copy. */
        public Deadlock {
            cycle = List.copyOf(cycle);
        }

        @Override
        public String code() {
            return "deadlock";
        }

        @Override
        public String detail() {
            return "Waiting for the lock '" + lock + "' would close a cycle of " + cycle.size() + " owners";
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** The owner does not hold the lock, or not with this token. */
    record NotHolder(String lock, LockOwner owner, long token) implements LockAnswer, Refusal {
        @Override
        public String code() {
            return "not-holder";
        }

        @Override
        public String detail() {
            return "The owner '" + owner.name() + "' does not hold the lock '" + lock + "' with the token " + token;
        }
    }

    /** The session is unknown or over. */
    record SessionExpired(String session) implements LockAnswer, Refusal {
        @Override
        public String code() {
            return "session-expired";
        }

        @Override
        public String detail() {
            return "The session is unknown or over";
        }
    }

    /** The key was used in this session for another request. */
    record IdempotencyMismatch(String key) implements LockAnswer, Refusal {
        @Override
        public String code() {
            return "idempotency-mismatch";
        }

        @Override
        public String detail() {
            return "The idempotency key '" + key + "' was used for another request";
        }
    }

    /** A bound of the table is reached. */
    record TooMany(String limit, long maximum) implements LockAnswer, Refusal {
        @Override
        public String code() {
            return "unavailable";
        }

        @Override
        public String detail() {
            return "The limit " + limit + " of " + maximum + " is reached";
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }
}
