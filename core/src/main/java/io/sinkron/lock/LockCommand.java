package io.sinkron.lock;

import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import java.util.Objects;
import java.util.Optional;

/**
 * What the replicated lock table is asked to do. Reads come through the log as well and so are linearizable. Immutable.
 */
public sealed interface LockCommand extends CommandBody {
    /**
     * Opens a session.
     *
     * @param session its id, 128 random bits in hexadecimal, chosen by the node where the call began
     * @param ttlMillis how long it lives without a keepalive, 1 000 to 3 600 000
     * @param label for people; may be empty
     * @param node where it was opened
     */
    record OpenSession(String session, long ttlMillis, String label, NodeId node) implements LockCommand {}

    /** Ends a session, with its holds and waits; answered like a success if there is none. */
    record CloseSession(String session) implements LockCommand {}

    /**
     * Ends a session whose time is over. Only a leader proposes it, for itself: it has no effect unless the entry's term equals {@code term},
     * so that a deposed leader can't end what a newer one has extended.
     */
    record ExpireSession(String session, long term) implements LockCommand {}

    /**
     * Takes a lock, or queues for it.
     *
     * @param waitMillis 0 never waits; negative waits without bound. The origin times the wait and cancels it with {@link CancelWait}
     * @param label for people who read a deadlock; may be empty
     * @param onDeadlock what to do if waiting would close a cycle
     * @param remember with it, a repetition within the session's life gets the first grant
     */
    record Acquire(
            LockOwner owner,
            String lock,
            LockMode mode,
            long waitMillis,
            String label,
            DeadlockPolicy onDeadlock,
            Optional<Remember> remember)
            implements LockCommand {
        /** Rejects missing parts. */
        public Acquire {
            Objects.requireNonNull(owner, "owner");
            Objects.requireNonNull(lock, "lock");
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(onDeadlock, "onDeadlock");
            Objects.requireNonNull(remember, "remember");
        }
    }

    /** Gives one level of a hold back. */
    record Release(LockOwner owner, String lock, long token, Optional<Remember> remember) implements LockCommand {}

    /**
     * Ends the wait of an earlier {@link Acquire}, whose own answer then says how it ended. If that one has been granted meanwhile it stays
     * granted; with {@code giveBack} the grant is released at once, because nobody is there to take it.
     */
    record CancelWait(CommandId acquire, boolean timedOut, boolean giveBack) implements LockCommand {}

    /** The administrator's release of every hold on a lock; waiters stay and are granted. */
    record ForceRelease(String lock) implements LockCommand {}

    /** Looks at a lock. */
    record ReadLock(String lock) implements LockCommand {}

    /** Lists locks that are held or waited for, in order of the name's bytes. */
    record ReadLocks(String prefix, String after, int limit) implements LockCommand {}

    /** The wait-for graph and the last refused cycles. */
    record ReadGraph() implements LockCommand {}

    /** Looks at one session, or, with an empty id, at all. */
    record ReadSessions(String session) implements LockCommand {}

    /** What to do with an acquire that would close a cycle. */
    enum DeadlockPolicy {
        /** Refuse it with the cycle. */
        REJECT,
        /** Let it wait; only a timeout or a cancel resolves the cycle. */
        WAIT
    }

    /** Names a request within a session, so that its repetition has no second effect. */
    record Remember(String key, long fingerprint) {}
}
