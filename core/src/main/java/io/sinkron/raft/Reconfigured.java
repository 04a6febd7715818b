package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.Objects;
import java.util.Optional;

/** What became of a wanted change of membership at once. Immutable. */
public sealed interface Reconfigured {
    /**
     * Its first step is in the leader's log. The leader goes on by itself, and so does a successor that has the entry; it's done when the
     * committed configuration {@linkplain Configuration#isSettled is settled}.
     *
     * @param index the first step's place in the log
     * @param term the leader's term
     */
    record Accepted(long index, long term) implements Reconfigured {}

    /** The membership is as wanted, or on its way there. */
    record Unchanged() implements Reconfigured {}

    /**
     * This node doesn't lead; nothing was done.
     *
     * @param leader who does, if known
     */
    record NotLeader(Optional<NodeId> leader) implements Reconfigured {
        /** Rejects a missing part. */
        public NotLeader {
            Objects.requireNonNull(leader, "leader");
        }
    }

    /**
     * Not now, or not this; nothing was done.
     *
     * @param reason why
     * @param detail the offending value and what is allowed, for people
     */
    record Refused(Reason reason, String detail) implements Reconfigured {}

    /** Why a change is refused. */
    enum Reason {
        /** Another change isn't committed yet, or is in its joint phase. */
        IN_PROGRESS,
        /**
         * The leader hasn't committed an entry of its own term yet (Ongaro, raft-dev 2015), or too few of the wanted voters answer for the
         * change to be finished.
         */
        NOT_READY,
        /** The leader is handing its leadership over. */
        TRANSFERRING,
        /** It removes or demotes who isn't a member. */
        NO_SUCH_MEMBER,
        /** No voter would be left, or too many would be. */
        BAD_REQUEST
    }
}
