package io.sinkron.node;

import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Role;
import java.util.Optional;

/**
 * What a node knows of itself and the cluster after a turn. Immutable, so that any thread may read it.
 *
 * @param self the node
 * @param incarnation this start of it
 * @param role its Raft role
 * @param leader who leads, as far as it knows
 * @param term its Raft term
 * @param commitIndex the highest log index that it knows to be committed
 * @param appliedIndex the highest log index that it has applied
 * @param view the current view, prepared or active
 * @param active the last active view, by whose ring requests are routed
 * @param group who belongs to the Raft group, as it knows to be committed
 * @param belonging whether it belongs to it itself
 * @param leaseEndNanos until when its lease is valid, on its monotonic clock
 * @param clusterTimeMillis its estimate of the cluster time when the status was made
 * @param clockNanos its monotonic clock when the status was made
 */
public record NodeStatus(
        NodeId self,
        long incarnation,
        Role role,
        Optional<NodeId> leader,
        long term,
        long commitIndex,
        long appliedIndex,
        View view,
        View active,
        Configuration group,
        Belonging belonging,
        long leaseEndNanos,
        long clusterTimeMillis,
        long clockNanos) {
    /** Whether the lease is valid at this time. */
    public boolean isLeaseValid(long now) {
        return leaseEndNanos - now > 0;
    }
}
