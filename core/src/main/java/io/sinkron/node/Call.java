package io.sinkron.node;

import io.sinkron.cache.CacheRegion;
import io.sinkron.cache.CacheRequest;
import io.sinkron.common.CommandBody;
import io.sinkron.common.NodeId;
import io.sinkron.queue.QueueRequest;
import io.sinkron.raft.MembershipChange;
import java.util.Objects;
import java.util.Optional;

/**
 * What a client in this process asks of its node. Each call is completed exactly once with an {@link io.sinkron.common.Answer}.
 * Immutable.
 */
public sealed interface Call {
    /** Chosen by the caller; never used twice in one incarnation. */
    long id();

    /** When the call must have ended, on the node's monotonic clock. */
    long deadlineNanos();

    /**
     * A replicated command, completed when this node applies it (an acquire that waits: when it is granted or its wait ends).
     *
     * @param waitNanos for an acquire, when its wait ends on the node's clock counted from now; 0 where nothing waits
     */
    record Replicate(long id, long deadlineNanos, CommandBody command, long waitNanos) implements Call {
        /** Rejects a missing command. */
        public Replicate {
            Objects.requireNonNull(command, "command");
        }
    }

    /** Extends a session, at the leader. Completed with {@link io.sinkron.lock.LockAnswer.SessionOpened} or a refusal. */
    record KeepAlive(long id, long deadlineNanos, String session) implements Call {}

    /** A request to a queue. */
    record Queue(long id, long deadlineNanos, String queue, QueueRequest request) implements Call {}

    /** The names of all queues. */
    record ListQueues(long id, long deadlineNanos) implements Call {}

    /** A request to the cache. */
    record Cache(long id, long deadlineNanos, CacheRequest request) implements Call {}

    /** Declares a region of this node's cache table, or sets other limits; at any time, in a cluster or not. Completed with {@link CacheRegion.Changed} or a refusal. */
    record DeclareRegion(long id, long deadlineNanos, CacheRegion region) implements Call {
        /** Rejects a missing region. */
        public DeclareRegion {
            Objects.requireNonNull(region, "region");
        }
    }

    /** Removes the region of a named cache from this node's table, with its lines. Completed with {@link CacheRegion.Changed}. */
    record RemoveRegion(long id, long deadlineNanos, String name) implements Call {
        /** Rejects a missing name. */
        public RemoveRegion {
            Objects.requireNonNull(name, "name");
        }
    }

    /** Runs a read-only lock command on this node's own copy of the lock table; it may be stale. */
    record ReadStale(long id, long deadlineNanos, io.sinkron.lock.LockCommand command) implements Call {}

    /**
     * Changes who belongs to the group. Completed with {@link io.sinkron.cluster.ClusterAnswer.MembersChanged} when this node knows the change
     * to be committed and finished, or with a refusal.
     */
    record Reconfigure(long id, long deadlineNanos, MembershipChange change) implements Call {
        /** Rejects a missing change. */
        public Reconfigure {
            Objects.requireNonNull(change, "change");
        }
    }

    /**
     * Hands leadership over. Completed with {@link io.sinkron.cluster.ClusterAnswer.LeaderIs} when this node knows of the new leader, or with a
     * refusal.
     *
     * @param to who shall lead; empty for any voter but the present leader
     */
    record TransferLeadership(long id, long deadlineNanos, Optional<NodeId> to) implements Call {
        /** Rejects a missing part. */
        public TransferLeadership {
            Objects.requireNonNull(to, "to");
        }
    }
}
