package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Reconfigured.Reason;
import io.sinkron.spi.LogEntry;
import java.util.List;

/**
 * The leader's side of a change of membership (Ongaro 2014, chapter 4), by joint consensus only: takes what is wanted into the log, waits until
 * those who shall vote have caught up, enters the joint configuration, and leaves it once it is committed. Whatever it does follows from the
 * configuration in its log, so a successor goes on where it stopped.
 *
 * <p>Nothing is appended before an entry of the leader's own term is committed (Ongaro, raft-dev 2015), nor while the last configuration isn't
 * committed: there are never two changes in force that no majority has agreed on, and the step out of a joint configuration is taken once.
 *
 * <p>A member whose disk was lost answers as another server. Its successor takes its place by the same steps. Single-threaded.
 */
final class Reconfiguration {
    private final RaftState state;
    private final Replication replication;

    Reconfiguration(RaftState state, Replication replication) {
        this.state = state;
        this.replication = replication;
    }

    Reconfigured request(MembershipChange change) {
        Configuration now = state.configuration();
        if (now.isJoint() || state.configurationIndex() > state.commitIndex()) {
            return new Reconfigured.Refused(Reason.IN_PROGRESS, "another change of membership is under way: " + now);
        }
        if (state.commitIndex() < replication.firstIndex()) {
            return new Reconfigured.Refused(Reason.NOT_READY, "the leader has just been elected");
        }
        var objection = MembershipRules.objection(now, change);
        if (objection.isPresent()) {
            return objection.get();
        }
        Configuration wanted = MembershipRules.wanting(now, change);
        if (wanted.equals(now)) {
            return new Reconfigured.Unchanged();
        }
        boolean isQuick = !wanted.target().isEmpty() && haveCaughtUp(wanted);
        if (isQuick && !isMajorityAlive(wanted.target())) {
            return new Reconfigured.Refused(
                    Reason.NOT_READY, "a majority of the wanted voters " + wanted.target() + " doesn't answer");
        }
        return new Reconfigured.Accepted(append(isQuick ? wanted.joint() : wanted), state.term());
    }

    /** The next step of what is under way, if it can be taken now. */
    void advance() {
        if (state.configurationIndex() > state.commitIndex() || state.commitIndex() < replication.firstIndex()) {
            return;
        }
        Configuration now = state.configuration();
        if (now.isJoint()) {
            append(now.left());
            return;
        }
        for (Progress peer : replication.peers()) {
            if (peer.hasAnswered() && MembershipRules.isReplaced(now, peer.server())) {
                append(MembershipRules.replacing(now, peer.server()));
                return;
            }
        }
        if (!now.target().isEmpty() && haveCaughtUp(now) && isMajorityAlive(now.target())) {
            append(now.joint());
        }
    }

    /** A joint configuration whose new half has lost its majority can neither be left nor undone, so it isn't entered. */
    private boolean isMajorityAlive(List<Server> voters) {
        long alive = voters.stream()
                .filter(voter -> voter.equals(state.server()) || isAlive(voter))
                .count();
        return alive >= Configuration.majority(voters.size());
    }

    private boolean isAlive(Server server) {
        return replication
                .progress(server.id())
                .filter(peer -> peer.is(server) && replication.isAlive(peer))
                .isPresent();
    }

    private boolean haveCaughtUp(Configuration wanted) {
        for (Server server : wanted.target()) {
            if (!wanted.voters().contains(server) && !hasCaughtUp(server)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasCaughtUp(Server server) {
        return isAlive(server)
                && replication
                        .progress(server.id())
                        .filter(peer -> peer.match() + state.options().maxCatchUpEntries()
                                >= state.log().lastIndex())
                        .filter(peer -> peer.match() >= state.configurationIndex())
                        .isPresent();
    }

    private long append(Configuration next) {
        long index = state.appendOwn(LogEntry.Kind.CONFIG, ConfigurationFormat.encode(next), Long.MIN_VALUE);
        replication.membersChanged();
        return index;
    }

    /** The voters that could lead next, the one that holds most first. */
    List<NodeId> successors() {
        return state.configuration().voters().stream()
                .filter(voter -> !voter.equals(state.server()) && isAlive(voter))
                .sorted((a, b) -> Long.compare(replication.matchOf(b), replication.matchOf(a)))
                .map(Server::id)
                .toList();
    }
}
