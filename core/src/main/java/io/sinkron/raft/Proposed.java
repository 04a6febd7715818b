package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.Objects;
import java.util.Optional;

/** What became of a proposal at once. Immutable. */
public sealed interface Proposed {
    /**
     * It is in the leader's log. It's committed if the entry handed out at this index has this term; if another term stands there, or a
     * snapshot passes the index, its fate must be read from the state itself.
     *
     * @param index its place in the log
     * @param term the leader's term
     */
    record Accepted(long index, long term) implements Proposed {}

    /**
     * This node doesn't lead; nothing was done.
     *
     * @param leader who does, if known
     */
    record NotLeader(Optional<NodeId> leader) implements Proposed {
        /** Rejects a missing part. */
        public NotLeader {
            Objects.requireNonNull(leader, "leader");
        }
    }

    /**
     * Too much waits to be committed already ({@link RaftOptions#maxUncommittedBytes}); nothing was done. To be tried again once something is
     * committed.
     *
     * @param uncommittedBytes what waits
     */
    record Overloaded(long uncommittedBytes) implements Proposed {}

    /**
     * This node is handing its leadership over; nothing was done. To be tried again once a leader is known.
     *
     * @param target who shall lead
     */
    record Transferring(NodeId target) implements Proposed {
        /** Rejects a missing part. */
        public Transferring {
            Objects.requireNonNull(target, "target");
        }
    }
}
