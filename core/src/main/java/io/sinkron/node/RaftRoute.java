package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.raft.Proposed;
import io.sinkron.raft.Raft;
import io.sinkron.raft.Role;
import java.util.Optional;

/**
 * Commands go into this node's own log, stamped, if it leads, and otherwise to the node that does. A log that has grown to its bound, because snapshots are
 * slower made than commands written, takes none.
 */
final class RaftRoute implements Proposer.Route {
    private final NodeId self;
    private final Raft raft;
    private final ClusterClock clock;
    private final long maxLogBytes;
    private final long maxUncommittedBytes;
    private long clockTerm;

    RaftRoute(NodeId self, Raft raft, ClusterClock clock, NodeOptions options) {
        this.self = self;
        this.raft = raft;
        this.clock = clock;
        this.maxLogBytes = options.limits().maxLogBytes();
        this.maxUncommittedBytes = options.raft().maxUncommittedBytes();
    }

    /** Whether the log behind the latest snapshot is as long as it may be. */
    boolean isLogFull() {
        return raft.logBytes() > maxLogBytes;
    }

    @Override
    public Optional<Boolean> proposeHere(Bytes command, long now) {
        if (raft.role() != Role.LEADER) {
            return Optional.empty();
        }
        if (isLogFull()) {
            return Optional.of(false);
        }
        takeOffice(now);
        long stamp = Math.max(clock.estimate(now), raft.lastStampMillis());
        Proposed proposed = raft.propose(command, stamp, now);
        // A leader that hands over is as good as none: what is open goes to the next one.
        return proposed instanceof Proposed.Transferring
                ? Optional.empty()
                : Optional.of(proposed instanceof Proposed.Accepted);
    }

    /** This node leads: before anything of its term is stamped, its clock goes on from what its voters know. Nothing from the second time on. */
    void takeOffice(long now) {
        if (raft.term() != clockTerm) {
            clockTerm = raft.term();
            clock.heard(raft.votersMillis(), now);
            clock.leaderStarted(raft.lastStampMillis(), now);
        }
    }

    @Override
    public Refusal.Overloaded fullness() {
        return isLogFull()
                ? new Refusal.Overloaded("maxLogBytes", maxLogBytes)
                : new Refusal.Overloaded("maxUncommittedBytes", maxUncommittedBytes);
    }

    @Override
    public boolean hasRemoteLeader() {
        Optional<NodeId> leader = raft.leader();
        return leader.isPresent() && !leader.get().equals(self);
    }
}
