package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Proposed;
import io.sinkron.raft.Raft;
import io.sinkron.raft.Role;
import java.util.Optional;

/** Commands go into this node's own log, stamped, if it leads, and otherwise to the node that does. */
final class RaftRoute implements Proposer.Route {
    private final NodeId self;
    private final Raft raft;
    private final ClusterClock clock;

    RaftRoute(NodeId self, Raft raft, ClusterClock clock) {
        this.self = self;
        this.raft = raft;
        this.clock = clock;
    }

    @Override
    public Optional<Boolean> proposeHere(Bytes command, long now) {
        if (raft.role() != Role.LEADER) {
            return Optional.empty();
        }
        long stamp = Math.max(clock.estimate(now), raft.lastStampMillis());
        return Optional.of(raft.propose(command, stamp, now) instanceof Proposed.Accepted);
    }

    @Override
    public boolean hasRemoteLeader() {
        Optional<NodeId> leader = raft.leader();
        return leader.isPresent() && !leader.get().equals(self);
    }
}
