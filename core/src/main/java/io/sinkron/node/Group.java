package io.sinkron.node;

import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.ClusterMessage.ChangeMembers;
import io.sinkron.cluster.ClusterMessage.Decision;
import io.sinkron.cluster.ClusterMessage.HandOver;
import io.sinkron.cluster.ClusterMessage.Place;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewTable;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Raft;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The group of servers that keep the log, as this node sees it: whether it belongs to it, who its peers are, and the calls that change it. Pure.
 *
 * <p>A node is removed when its own log says so, or when the leader does: whoever leaves hears little of the log from then on. Its peers are all members of
 * the configuration, committed or not, and of the view; and, until the leader has called it a member, the nodes that it was started with, for its own log
 * may tell of a group that is long gone.
 */
final class Group {
    private static final long REMOVED_RETRY_MILLIS = 5_000;

    private final NodeOptions options;
    private final NodeId self;
    private final Raft raft;
    private final LeaderDuties duties;
    private final Outputs outputs;
    private final GroupCalls calls;
    private final GroupLeader leader;
    private Configuration effective;
    private Configuration committed;
    private Map<NodeId, String> peers = Map.of();
    private long currentEpoch = -1;
    private long activeEpoch = -1;
    private Belonging belonging;
    private boolean isConfirmed;

    Group(NodeOptions options, Raft raft, LeaderDuties duties, Outputs outputs, long firstAttempt) {
        this.options = options;
        this.self = options.self();
        this.raft = raft;
        this.duties = duties;
        this.outputs = outputs;
        this.calls = new GroupCalls(self, raft, outputs, firstAttempt);
        this.leader = new GroupLeader(self, raft, duties);
        this.belonging = options.isJoining() ? Belonging.JOINING : Belonging.MEMBER;
    }

    /** Whether this node belongs to the group. */
    Belonging belonging() {
        return belonging;
    }

    void call(Call.Reconfigure call, long now) {
        calls.call(call, now);
    }

    void call(Call.TransferLeadership call, long now) {
        calls.call(call, now);
    }

    /** Why this node can do nothing for a client; empty while it belongs to the group. */
    Optional<Refusal> refusal() {
        return switch (belonging) {
            case MEMBER -> Optional.empty();
            case JOINING ->
                Optional.of(new Refusal.Unavailable(
                        "this node has not joined the cluster yet: a member must add it", REMOVED_RETRY_MILLIS));
            case REMOVED ->
                Optional.of(new Refusal.Unavailable(
                        "this node is not a member of the cluster any more: call another one", REMOVED_RETRY_MILLIS));
        };
    }

    /** A message about the group; false if it is about something else. */
    boolean receive(NodeId from, long fromIncarnation, ClusterMessage message, ViewTable views, long now) {
        if (message instanceof ChangeMembers ask) {
            leader.decide(from, fromIncarnation, ask, views.current(), views.active(), now)
                    .ifPresent(decision -> outputs.send(from, decision));
        } else if (message instanceof HandOver ask) {
            leader.decide(from, fromIncarnation, ask, now).ifPresent(decision -> outputs.send(from, decision));
        } else if (message instanceof Decision decision) {
            calls.decided(decision, now);
        } else {
            return false;
        }
        return true;
    }

    /**
     * Takes notice of what has changed.
     *
     * @param place what the leader last said of this node
     * @param isCovered whether this node holds a lease, so that the leader has called it a member in this start of it
     * @return whether it is news that this node doesn't belong to the group any more
     */
    boolean observe(ViewTable views, Place place, boolean isCovered, long now) {
        boolean isNews = !raft.committedConfiguration().equals(committed);
        boolean isChanged = isNews || !raft.configuration().equals(effective);
        boolean isNewView =
                views.current().epoch() != currentEpoch || views.active().epoch() != activeEpoch;
        boolean isNewlyConfirmed = isCovered && !isConfirmed;
        effective = raft.configuration();
        committed = raft.committedConfiguration();
        currentEpoch = views.current().epoch();
        activeEpoch = views.active().epoch();
        isConfirmed |= isCovered;
        if (isChanged) {
            TreeSet<NodeId> members = new TreeSet<>(effective.memberAddresses().keySet());
            members.addAll(committed.memberAddresses().keySet());
            duties.groupIs(members, now);
        }
        if (isNews) {
            outputs.publish(new NodeEvent.MembersChanged(committed));
        }
        boolean hasLeft = belong(place);
        if (isChanged || isNewView || isNewlyConfirmed) {
            tellPeers(views);
        }
        calls.settle();
        return hasLeft;
    }

    /** Who leads is another question than before: what is open is asked there. */
    void leaderChanged(long now) {
        calls.tick(now);
    }

    private boolean belong(Place place) {
        boolean isListed = effective.contains(self) || committed.contains(self);
        Belonging next = belonging;
        if (isListed) {
            next = place == Place.STRANGER ? Belonging.REMOVED : Belonging.MEMBER;
        } else if (belonging == Belonging.MEMBER) {
            next = Belonging.REMOVED;
        }
        boolean hasLeft = next == Belonging.REMOVED && belonging != next;
        if (hasLeft) {
            outputs.publish(new NodeEvent.Removed());
        }
        belonging = next;
        return hasLeft;
    }

    private void tellPeers(ViewTable views) {
        TreeMap<NodeId, String> next = new TreeMap<>();
        if (!isConfirmed) {
            options.seeds().forEach(seed -> next.put(seed, ""));
        }
        for (View view : new View[] {views.current(), views.active()}) {
            for (Member member : view.members()) {
                next.put(member.id(), "");
            }
        }
        next.putAll(committed.memberAddresses());
        next.putAll(effective.memberAddresses());
        if (!next.equals(peers)) {
            peers = next;
            outputs.add(new NodeEffect.Peers(next));
        }
    }

    void tick(long now) {
        calls.tick(now);
    }

    long deadline(long far) {
        return calls.deadline(far);
    }
}
