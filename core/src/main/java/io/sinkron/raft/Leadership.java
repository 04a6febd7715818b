package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.ReadDone;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.TimeoutNow;
import java.util.List;
import java.util.Optional;

/**
 * One term of office: replication, changes of membership, reads and the transfer of the leadership (Ongaro 2014, section 3.10), from the election to the
 * end. The leader's word that its successor may campaign is its last: from then on it doesn't lead (cockroach 130123). Single-threaded.
 */
final class Leadership {
    private final RaftState state;
    private final Replication replication;
    private final Reconfiguration reconfiguration;
    private final LeaderReads reads;
    private Optional<NodeId> successor = Optional.empty();
    private long transferDeadline;
    private long slowSince;
    private boolean isOver;

    Leadership(RaftState state, long lastRound, List<ReadDone> done) {
        this.state = state;
        this.replication = new Replication(state, lastRound);
        this.reconfiguration = new Reconfiguration(state, replication);
        this.reads = new LeaderReads(state, replication, done);
        this.slowSince = state.now();
    }

    /** Whether this node has given the leadership up. */
    boolean isOver() {
        return isOver;
    }

    /** Whether an entry of this term is applied. */
    boolean isReady() {
        return state.appliedIndex() >= replication.firstIndex();
    }

    boolean hasQuorum(long now) {
        return replication.isAnsweredWithin(state.options().quorumWindowNanos(), now);
    }

    long lastRound() {
        return replication.lastRound();
    }

    boolean isServed(NodeId node) {
        return replication.isServed(node);
    }

    /** After which index the log is still needed by a follower that answers. */
    long lowestNeeded() {
        return replication.lowestNeeded();
    }

    /** Who is to lead next, while a transfer is under way. */
    Optional<NodeId> successor() {
        return successor;
    }

    void requestFill() {
        replication.requestFill();
    }

    boolean isFillDue() {
        return replication.isFillDue();
    }

    void receive(NodeId from, RaftMessage answer) {
        if (answer instanceof AppendAccepted accepted) {
            replication.accepted(from, accepted);
            handOver();
        } else if (answer instanceof AppendRejected rejected) {
            replication.rejected(from, rejected);
        } else if (answer instanceof InstallSnapshotResponse response) {
            replication.answered(from, response);
        } else if (answer instanceof ReadRequest request) {
            reads.requested(from, request.asker(), request.id());
        }
        reads.confirm();
    }

    /** This node's own disk has caught up. */
    void persisted() {
        replication.advanceCommit();
        handOver();
    }

    void read(long id) {
        reads.read(id);
    }

    void tick() {
        if (replication.hasLostQuorum()) {
            isOver = true;
            return;
        }
        if (successor.isPresent() && state.now() - transferDeadline >= 0) {
            successor = Optional.empty();
        }
        replication.tick();
        leaveIfDiskIsSlow();
    }

    long deadline() {
        long beat = replication.heartbeatDeadline();
        return successor.isPresent() && transferDeadline - beat < 0 ? transferDeadline : beat;
    }

    /** Forms this turn's messages; more may have to be done afterwards. */
    void fill() {
        if (successor.isEmpty()) {
            reconfiguration.advance();
        }
        long round = replication.beginRound();
        boolean isLeaseTrusted = state.options().leaseReads() && successor.isEmpty() && hasQuorum(state.now());
        reads.beginRound(round, isLeaseTrusted);
        replication.fill();
        reads.confirm();
        leaveIfRemoved();
    }

    Reconfigured reconfigure(MembershipChange change) {
        if (successor.isPresent()) {
            return new Reconfigured.Refused(
                    Reconfigured.Reason.TRANSFERRING, "the leadership is being handed to " + successor.get());
        }
        return reconfiguration.request(change);
    }

    TransferStarted transfer(Optional<NodeId> wanted) {
        if (successor.isPresent()) {
            boolean isSame = wanted.isEmpty() || wanted.equals(successor);
            return isSame
                    ? new TransferStarted.Started(successor.get())
                    : new TransferStarted.Refused("the leadership is being handed to " + successor.get());
        }
        List<NodeId> able = reconfiguration.successors();
        Optional<NodeId> target = wanted.isPresent()
                ? wanted.filter(able::contains)
                : able.stream().findFirst();
        if (target.isEmpty()) {
            return new TransferStarted.Refused(
                    wanted.map(to -> to + " is not a voter that answers").orElse("no other voter answers"));
        }
        successor = target;
        transferDeadline = state.now() + state.options().electionTimeoutMaxNanos();
        handOver();
        return new TransferStarted.Started(target.get());
    }

    /** The successor has everything: it may campaign, and this node is silent from now on. */
    private void handOver() {
        if (successor.isPresent() && !isOver) {
            long match =
                    replication.progress(successor.get()).map(Progress::match).orElse(0L);
            if (match == state.log().lastIndex()) {
                state.send(successor.get(), new TimeoutNow(state.term()));
                isOver = true;
            }
        }
    }

    /** A leader that isn't a voter any more leads until that is committed and told, and no longer. */
    private void leaveIfRemoved() {
        boolean isCommitted = state.configurationIndex() <= state.commitIndex();
        if (isCommitted && !state.isVoter() && !isOver) {
            reconfiguration.successors().stream()
                    .findFirst()
                    .ifPresent(next -> state.send(next, new TimeoutNow(state.term())));
            isOver = true;
        }
    }

    /** A leader whose disk stands still, while others write, only holds them up. */
    private void leaveIfDiskIsSlow() {
        long patience = state.options().slowDiskNanos();
        if (!state.stream().isSlowerThan(patience) || state.now() - slowSince < patience) {
            return;
        }
        slowSince = state.now();
        long own = state.stream().durableIndex();
        boolean isAnyAhead = state.configuration().voters().stream()
                .anyMatch(voter -> !voter.equals(state.server()) && replication.matchOf(voter) > own);
        if (isAnyAhead) {
            transfer(Optional.empty());
        }
    }

    void end() {
        reads.refuseAll();
    }
}
