package io.sinkron.node;

import io.sinkron.cluster.ClusterMessage.ChangeMembers;
import io.sinkron.cluster.ClusterMessage.Decision;
import io.sinkron.cluster.ClusterMessage.HandOver;
import io.sinkron.cluster.ClusterMessage.Verdict;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.Raft;
import io.sinkron.raft.Reconfigured;
import io.sinkron.raft.Role;
import io.sinkron.raft.Server;
import io.sinkron.raft.TransferStarted;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The leader's word on asks to change the group or to hand leadership over.
 *
 * <p>An ask may be late, doubled, or meant for another leader, and must not undo what was decided after it; so it counts only in the term that
 * it names, and only if it is younger than every ask that this leader has had from that start of the asker.
 *
 * <p>A node that is to be removed leaves the view first, while it still follows the log: its queues and lines go over to others as in any change of
 * the view, and only then does it leave the group. A leader that removes itself hands leadership over before that. Pure.
 */
final class GroupLeader {
    /** How long a drain lasts that isn't asked for again: some tries of the asker. */
    private static final long DRAIN_NANOS = Duration.ofSeconds(3).toNanos();

    private final NodeId self;
    private final Raft raft;
    private final LeaderDuties duties;
    private final TreeMap<NodeId, Asked> asked = new TreeMap<>();
    private long askedInTerm;
    private boolean hasHandedOver;

    GroupLeader(NodeId self, Raft raft, LeaderDuties duties) {
        this.self = self;
        this.raft = raft;
        this.duties = duties;
    }

    /** The word on a change; nothing for an ask that comes too late. */
    Optional<Decision> decide(
            NodeId from, long fromIncarnation, ChangeMembers ask, View current, View active, long now) {
        if (raft.role() != Role.LEADER || raft.term() != ask.term() || !duties.isOnDuty()) {
            return Optional.of(notNow(ask.attempt(), "this node does not lead, or only just"));
        }
        if (!isYoungest(from, fromIncarnation, ask.attempt())) {
            return Optional.empty();
        }
        MembershipChange change = new MembershipChange(ask.voters(), ask.learners(), ask.removed());
        return Optional.of(decide(change, ask.attempt(), current, active, now));
    }

    private Decision decide(MembershipChange change, long attempt, View current, View active, long now) {
        Configuration group = raft.configuration();
        if (!group.isSettled() && isOnItsWay(group, change)) {
            return decision(attempt, Verdict.UNDERWAY, "");
        }
        if (!group.isSettled() && !givesUp(group, change)) {
            return decision(
                    attempt,
                    Verdict.OTHER_CHANGE,
                    "another change of the members is not finished: " + wantedVoters(group) + " shall vote");
        }
        for (NodeId node : change.removed()) {
            if (!group.contains(node)) {
                return decision(attempt, Verdict.NO_SUCH_MEMBER, node + " does not belong to the cluster");
            }
        }
        if (leavesNoVoter(group, change)) {
            return decision(attempt, raft.reconfigure(change, now));
        }
        if (change.removed().contains(self) && !hasHandedOver) {
            hasHandedOver = true;
            if (raft.transfer(Optional.empty(), now) instanceof TransferStarted.Started started) {
                return notNow(attempt, "the leader is to be removed, " + started.target() + " takes over first");
            }
        }
        if (isInTheWay(change, current, active)) {
            duties.drain(change.removed(), now + DRAIN_NANOS, now);
            return decision(attempt, Verdict.DRAINING, change.removed() + " leaves the view first");
        }
        return decision(attempt, raft.reconfigure(change, now));
    }

    private static List<Server> wantedVoters(Configuration group) {
        return group.target().isEmpty() ? group.voters() : group.target();
    }

    /** Whether what is under way will bring this about: it is asked for again. */
    private static boolean isOnItsWay(Configuration group, MembershipChange change) {
        TreeSet<NodeId> voters = new TreeSet<>();
        wantedVoters(group).forEach(server -> voters.add(server.id()));
        return voters.containsAll(change.voters().keySet())
                && change.learners().keySet().stream().allMatch(id -> group.contains(id) && !voters.contains(id))
                && change.removed().stream().noneMatch(id -> voters.contains(id) || isLearner(group, id));
    }

    /** Whether Raft will refuse it: then nobody is drained or replaced for it before. */
    private static boolean leavesNoVoter(Configuration group, MembershipChange change) {
        return change.voters().isEmpty()
                && wantedVoters(group).stream()
                        .map(Server::id)
                        .allMatch(id -> change.removed().contains(id)
                                || change.learners().containsKey(id));
    }

    private static boolean isLearner(Configuration group, NodeId node) {
        return group.learners().stream().anyMatch(server -> server.id().equals(node));
    }

    /** Whether it only removes nodes that are waited for: else one that never comes would be waited for for ever. */
    private static boolean givesUp(Configuration group, MembershipChange change) {
        return change.voters().isEmpty()
                && change.learners().isEmpty()
                && change.removed().stream().allMatch(id -> group.contains(id) && !group.isVoter(id));
    }

    /** Whether a node that is to be removed is still in the view and others are there to take over. */
    private static boolean isInTheWay(MembershipChange change, View current, View active) {
        boolean isThere = false;
        for (View view : new View[] {current, active}) {
            isThere |=
                    view.members().stream().anyMatch(member -> change.removed().contains(member.id()));
        }
        boolean areOthersThere =
                current.members().stream().anyMatch(member -> !change.removed().contains(member.id()));
        return isThere && areOthersThere;
    }

    private Decision decision(long attempt, Reconfigured outcome) {
        if (outcome instanceof Reconfigured.Accepted accepted) {
            return new Decision(attempt, Verdict.UNDERWAY, accepted.index(), "");
        }
        if (outcome instanceof Reconfigured.Unchanged) {
            return decision(attempt, Verdict.DONE, "");
        }
        if (outcome instanceof Reconfigured.Refused refused) {
            return switch (refused.reason()) {
                case IN_PROGRESS -> decision(attempt, Verdict.OTHER_CHANGE, refused.detail());
                case NOT_READY, TRANSFERRING -> notNow(attempt, refused.detail());
                case NO_SUCH_MEMBER -> decision(attempt, Verdict.NO_SUCH_MEMBER, refused.detail());
                case BAD_REQUEST -> decision(attempt, Verdict.BAD_REQUEST, refused.detail());
            };
        }
        return notNow(attempt, "this node does not lead");
    }

    /** The word on a transfer; nothing for an ask that comes too late. */
    Optional<Decision> decide(NodeId from, long fromIncarnation, HandOver ask, long now) {
        if (raft.role() != Role.LEADER || raft.term() != ask.term()) {
            return Optional.of(notNow(ask.attempt(), "this node does not lead"));
        }
        if (!isYoungest(from, fromIncarnation, ask.attempt())) {
            return Optional.empty();
        }
        if (ask.to().filter(self::equals).isPresent()) {
            return Optional.of(decision(ask.attempt(), Verdict.DONE, ""));
        }
        Configuration group = raft.configuration();
        if (ask.to().isPresent() && !group.isVoter(ask.to().get())) {
            return Optional.of(decision(
                    ask.attempt(), Verdict.NO_SUCH_MEMBER, ask.to().get() + " is no voting member of the cluster"));
        }
        if (ask.to().isEmpty() && group.votingNodes().size() < 2) {
            return Optional.of(decision(ask.attempt(), Verdict.BAD_REQUEST, "there is no other voting member"));
        }
        TransferStarted outcome = raft.transfer(ask.to(), now);
        if (outcome instanceof TransferStarted.Started) {
            return Optional.of(decision(ask.attempt(), Verdict.UNDERWAY, ""));
        }
        return Optional.of(notNow(
                ask.attempt(),
                outcome instanceof TransferStarted.Refused refused ? refused.detail() : "this node does not lead"));
    }

    private boolean isYoungest(NodeId from, long fromIncarnation, long attempt) {
        if (askedInTerm != raft.term()) {
            askedInTerm = raft.term();
            asked.clear();
            hasHandedOver = false;
        }
        Asked before = asked.get(from);
        if (before != null && before.incarnation == fromIncarnation && attempt <= before.attempt) {
            return false;
        }
        asked.put(from, new Asked(fromIncarnation, attempt));
        return true;
    }

    private Decision notNow(long attempt, String detail) {
        return decision(attempt, Verdict.NOT_NOW, detail);
    }

    private Decision decision(long attempt, Verdict verdict, String detail) {
        return new Decision(attempt, verdict, raft.commitIndex(), detail);
    }

    /** The youngest ask of a node. */
    private record Asked(long incarnation, long attempt) {}
}
