package io.sinkron.node;

import io.sinkron.cluster.ClusterAnswer;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.ClusterMessage.ChangeMembers;
import io.sinkron.cluster.ClusterMessage.Decision;
import io.sinkron.cluster.ClusterMessage.HandOver;
import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.Raft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The calls of this node's clients that change the group or hand leadership over. Each is asked of whoever leads, and asked again after a change of
 * leader or a silence, until what it wants is so; a change that is in force already leaves nothing to do, so asking twice does no harm.
 *
 * <p>How a call ends: a change, when the leader has taken it up and the configuration that this node knows to be committed has it, with nothing left to
 * do; a transfer, when this node knows of the new leader. Refused, when the leader says no and no earlier ask can have had its effect. By its
 * deadline: unavailable if no ask can have had an effect, else unknown. Pure.
 */
final class GroupCalls {
    /** The most calls that may be open at once: they are an administrator's. */
    static final int MAX_OPEN = 64;

    private static final long AGAIN_AFTER_NO_NANOS = Duration.ofMillis(100).toNanos();
    private static final long AGAIN_AFTER_SILENCE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long AGAIN_AFTER_YES_NANOS = Duration.ofSeconds(1).toNanos();

    private final NodeId self;
    private final Raft raft;
    private final Outputs outputs;
    private final List<Open> open = new ArrayList<>();
    private final Map<Long, Open> attempts = new TreeMap<>();
    private long nextAttempt;

    /** @param firstAttempt drawn for this start of the node: a late word on an attempt of an earlier start is no word on one of this */
    GroupCalls(NodeId self, Raft raft, Outputs outputs, long firstAttempt) {
        this.nextAttempt = firstAttempt;
        this.self = self;
        this.raft = raft;
        this.outputs = outputs;
    }

    /** A client wants the group changed. */
    void call(Call.Reconfigure call, long now) {
        if (call.change().isEmpty()) {
            outputs.complete(call.id(), new Refusal.BadRequest("", "the change names no node"));
        } else {
            begin(new Open(call, Optional.of(call.change()), Optional.empty(), now), now);
        }
    }

    /** A client wants another leader. */
    void call(Call.TransferLeadership call, long now) {
        begin(new Open(call, Optional.empty(), call.to(), now), now);
    }

    private void begin(Open call, long now) {
        if (open.size() >= MAX_OPEN) {
            outputs.complete(call.call.id(), new Refusal.Overloaded("groupCalls", MAX_OPEN));
            return;
        }
        open.add(call);
        if (raft.leader().isPresent()) {
            ask(call, now);
        }
    }

    private void ask(Open call, long now) {
        long term = raft.term();
        long attempt = nextAttempt++;
        NodeId leader = raft.leader().orElseThrow();
        if (call.leaderBefore.isEmpty()) {
            call.leaderBefore = raft.leader();
            call.termBefore = term;
        }
        ClusterMessage ask = call.change
                .<ClusterMessage>map(change ->
                        new ChangeMembers(term, attempt, change.voters(), change.learners(), change.removed()))
                .orElseGet(() -> new HandOver(term, attempt, call.to));
        attempts.put(attempt, call);
        call.askedTerm = term;
        call.unanswered++;
        call.askAtNanos = now + AGAIN_AFTER_SILENCE_NANOS;
        outputs.send(leader, ask);
    }

    /** The leader's word. */
    void decided(Decision decision, long now) {
        Open call = attempts.remove(decision.attempt());
        if (call == null || call.isDone) {
            return;
        }
        call.unanswered--;
        switch (decision.verdict()) {
            case UNDERWAY -> taken(call, decision, AGAIN_AFTER_YES_NANOS, now);
            case DONE -> {
                taken(call, decision, AGAIN_AFTER_YES_NANOS, now);
                doneElsewhere(call, decision);
            }
            case DRAINING, NOT_NOW -> {
                call.detail = decision.detail();
                call.askAtNanos = now + AGAIN_AFTER_NO_NANOS;
            }
            case OTHER_CHANGE, NO_SUCH_MEMBER, BAD_REQUEST -> {
                if (call.mayHaveEffect()) {
                    // An earlier ask may be what stands in the way now, or what has removed the node.
                    taken(call, decision, AGAIN_AFTER_SILENCE_NANOS, now);
                } else {
                    end(call, refusal(call, decision));
                }
            }
        }
        settle();
    }

    private static void taken(Open call, Decision decision, long pauseNanos, long now) {
        call.isTaken = true;
        call.index = Math.max(call.index, decision.index());
        call.askAtNanos = now + pauseNanos;
    }

    /** What this node can't see itself: it leads elsewhere already, or this node has left the group. */
    private void doneElsewhere(Open call, Decision decision) {
        if (call.change.isEmpty()) {
            call.to.ifPresent(leader -> end(call, new ClusterAnswer.LeaderIs(leader, call.askedTerm)));
        } else if (call.change.get().removed().contains(self)) {
            end(call, new ClusterAnswer.MembersChanged(decision.index()));
        }
    }

    private static Answer refusal(Open call, Decision decision) {
        return switch (decision.verdict()) {
            case OTHER_CHANGE -> new ClusterAnswer.ChangeInProgress(decision.detail());
            case NO_SUCH_MEMBER ->
                call.change.isPresent()
                        ? new ClusterAnswer.NoSuchMember(decision.detail())
                        : new Refusal.BadRequest("to", decision.detail());
            default -> new Refusal.BadRequest("", decision.detail());
        };
    }

    /** Ends what has come true; to be called whenever Raft has moved. */
    void settle() {
        for (Open call : List.copyOf(open)) {
            if (call.change.isPresent()) {
                Configuration group = raft.committedConfiguration();
                if (call.isTaken && raft.commitIndex() >= call.index && isInForce(group, call.change.get())) {
                    end(call, new ClusterAnswer.MembersChanged(raft.commitIndex()));
                }
            } else if (hasMoved(call)) {
                end(call, new ClusterAnswer.LeaderIs(raft.leader().orElseThrow(), raft.term()));
            }
        }
    }

    private static boolean isInForce(Configuration group, MembershipChange change) {
        if (!group.isSettled()) {
            return false;
        }
        Map<NodeId, String> addresses = group.memberAddresses();
        boolean hasVoters = change.voters().entrySet().stream()
                .allMatch(item -> group.isVoter(item.getKey()) && isAt(addresses, item));
        boolean hasLearners = change.learners().entrySet().stream()
                .allMatch(item ->
                        addresses.containsKey(item.getKey()) && !group.isVoter(item.getKey()) && isAt(addresses, item));
        return hasVoters && hasLearners && change.removed().stream().noneMatch(group::contains);
    }

    private static boolean isAt(Map<NodeId, String> addresses, Map.Entry<NodeId, String> wanted) {
        return wanted.getValue().isEmpty() || wanted.getValue().equals(addresses.get(wanted.getKey()));
    }

    private boolean hasMoved(Open call) {
        Optional<NodeId> leader = raft.leader();
        if (leader.isEmpty() || call.leaderBefore.isEmpty() || raft.term() <= call.termBefore) {
            return false;
        }
        return call.to.isPresent() ? leader.equals(call.to) : !leader.equals(call.leaderBefore);
    }

    /** Asks what is due to be asked and ends what is past its deadline. */
    void tick(long now) {
        boolean hasLeader = raft.leader().isPresent();
        for (Open call : List.copyOf(open)) {
            if (now - call.call.deadlineNanos() >= 0) {
                end(call, atDeadline(call));
            } else if (hasLeader && (call.askedTerm != raft.term() || now - call.askAtNanos >= 0)) {
                ask(call, now);
            }
        }
    }

    private static Refusal atDeadline(Open call) {
        if (call.mayHaveEffect()) {
            return new Refusal.OutcomeUnknown(
                    call.change.isPresent()
                            ? "The change was handed to the leader and was not in force here in time; the list of members tells"
                            : "The leader was asked to hand over and no other was heard of in time; the cluster's status tells");
        }
        return new Refusal.Unavailable(call.detail.isEmpty() ? "no leader" : call.detail, 500);
    }

    /** When {@link #tick} has something; {@code far} if never. */
    long deadline(long far) {
        long first = far;
        boolean hasLeader = raft.leader().isPresent();
        for (Open call : open) {
            long next = call.call.deadlineNanos();
            if (hasLeader && call.askAtNanos - next < 0) {
                next = call.askAtNanos;
            }
            first = next - first < 0 ? next : first;
        }
        return first;
    }

    private void end(Open call, Answer answer) {
        call.isDone = true;
        open.remove(call);
        attempts.values().removeIf(other -> other == call);
        outputs.complete(call.call.id(), answer);
    }

    /** A call that has no answer yet. */
    private static final class Open {
        final Call call;
        final Optional<MembershipChange> change;
        final Optional<NodeId> to;
        Optional<NodeId> leaderBefore = Optional.empty();
        long termBefore;
        long askedTerm = -1;
        long askAtNanos;
        long index;
        int unanswered;
        boolean isTaken;
        boolean isDone;
        String detail = "";

        Open(Call call, Optional<MembershipChange> change, Optional<NodeId> to, long now) {
            this.call = call;
            this.change = change;
            this.to = to;
            this.askAtNanos = now;
        }

        /** Whether an ask was taken up, or may have been. */
        boolean mayHaveEffect() {
            return isTaken || unanswered > 0;
        }
    }
}
