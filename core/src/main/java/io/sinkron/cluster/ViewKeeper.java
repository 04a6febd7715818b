package io.sinkron.cluster;

import io.sinkron.cluster.ClusterCommand.ActivateView;
import io.sinkron.cluster.ClusterCommand.PrepareView;
import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.ClusterMessage.Place;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The leader's side of the view: grants node leases, notices silent and returning nodes, and says which {@link ClusterCommand} to propose.
 *
 * <p>The rules, in the order in which they are needed:
 * <ol>
 *   <li>Only the incarnation that stands in the current view gets a lease, only while the caller is sure that it leads, and only if it has
 *       installed the active view: a node that returns must not act by a view from before it left.
 *   <li>A lease counts here from the answer, lengthened by the drift allowance; see {@link LeaseHolder} for the other side.
 *   <li>A member is excluded, or replaced by a later start of itself, only if it was silent long enough (or the later start was heard, or
 *       it doesn't install the view), every lease that it may hold from this leader is over, and this leader has led for one
 *       lengthened lease, so that those of earlier leaders are over as well.
 *   <li>From the moment in which an exclusion is proposed until the epoch moves on, the excluded get no lease: the command may still be
 *       applied at any time.
 *   <li>Only a node that has installed the current view, and so has caught up with the log, is taken into the next.
 *   <li>Only nodes that belong to the group stand in the view. One that doesn't any more, or is leaving ({@link #drain}), gets no lease, and
 *       is excluded like a silent one when its last is over; the others go on as before.
 *   <li>A prepared view is activated when every member has installed it. A member that dies or stalls meanwhile is excluded by a further
 *       view; all other changes wait for the activation, so that a flapping node can't hold it up for ever.
 * </ol>
 *
 * <p>The caller proposes what {@link #tick} returns to its own log in the leadership in which it was returned, or not at all: it must never
 * be handed on to a later leader, whose grants it knows nothing of. Pure and single-threaded; times are monotonic nanoseconds of this node.
 */
public final class ViewKeeper {
    private static final long FAR_NANOS = 3_600_000_000_000L;

    private final LeaseOptions options;
    private final List<NodeId> expected;
    private final TreeMap<NodeId, Peer> peers = new TreeMap<>();
    private final TreeSet<NodeId> doomed = new TreeSet<>();
    private final TreeMap<NodeId, Long> refused = new TreeMap<>();
    private final TreeSet<NodeId> group = new TreeSet<>();
    private final TreeMap<NodeId, Long> leaving = new TreeMap<>();

    private boolean leading;
    private View current = View.EMPTY;
    private boolean active;
    private long requiredEpoch;
    private long startedAtNanos;
    private long preparedAtNanos;
    private Optional<ClusterCommand> proposed = Optional.empty();
    private long proposedAtNanos;
    private long wakeAtNanos;

    /**
     * A keeper that doesn't lead.
     *
     * @param expected the nodes that the first view waits for; they are the group until {@link #groupIs} says otherwise
     */
    public ViewKeeper(LeaseOptions options, List<NodeId> expected) {
        this.options = options;
        this.expected = List.copyOf(expected);
        group.addAll(expected);
    }

    /** Who belongs to the group from now on, be it that they do or that they are about to. */
    public void groupIs(Collection<NodeId> members, long now) {
        group.clear();
        group.addAll(members);
        decideSoon(now);
    }

    /**
     * Takes nodes out of the view though they live and belong to the group: they are about to be removed from it. Without effect once the
     * time is over, or after this leadership.
     *
     * @param untilNanos when they become ordinary members again, unless this is called anew
     */
    public void drain(Collection<NodeId> nodes, long untilNanos, long now) {
        for (NodeId node : nodes) {
            leaving.put(node, untilNanos);
        }
        decideSoon(now);
    }

    private void decideSoon(long now) {
        if (leading && proposed.isEmpty()) {
            wakeAtNanos = now;
        }
    }

    /**
     * A leadership begins, with all entries of earlier terms applied. What earlier leaderships knew is forgotten; every member counts as
     * just heard.
     *
     * @param current the newest view
     * @param active whether it is the active one
     */
    public void leaderStarted(View current, boolean active, long now) {
        leaderStopped();
        leading = true;
        startedAtNanos = now;
        preparedAtNanos = now;
        // Which view an unfinished one follows isn't known here, so its own installation is asked for.
        requiredEpoch = current.epoch();
        take(current, active, now);
    }

    /** The leadership is over: nothing is granted or proposed any more. */
    public void leaderStopped() {
        leading = false;
        peers.clear();
        doomed.clear();
        refused.clear();
        leaving.clear();
        proposed = Optional.empty();
    }

    /** The replicated view has changed. */
    public void viewChanged(View view, boolean active, long now) {
        if (!leading) {
            return;
        }
        if (view.epoch() != current.epoch()) {
            preparedAtNanos = now;
            doomed.clear();
            noteRefused(view);
        }
        if (active) {
            requiredEpoch = view.epoch();
        }
        proposed = Optional.empty();
        take(view, active, now);
    }

    /**
     * A node asks for its lease.
     *
     * @param sure whether this node is certain at this moment that no other leads
     * @param clusterTimeMillis to be told to the asker
     * @return the answer to send; none if this node doesn't lead or isn't sure
     */
    public Optional<LeaseGrant> requested(
            NodeId from, LeaseRequest request, boolean sure, long clusterTimeMillis, long now) {
        if (!leading || !request.self().id().equals(from)) {
            return Optional.empty();
        }
        Place place = place(from);
        Peer peer = peers.get(from);
        if (peer == null && place == Place.STRANGER) {
            return sure ? Optional.of(answer(request, 0, clusterTimeMillis, place)) : Optional.empty();
        }
        if (peer == null) {
            peer = new Peer(request.self(), now);
            peers.put(from, peer);
        }
        boolean newest = peer.heard(request.self(), request.installedEpoch(), now);
        decideSoon(now);
        if (!sure) {
            return Optional.empty();
        }
        long duration = newest && mayHold(peer, now) ? options.durationNanos() : 0;
        if (duration > 0) {
            peer.granted(now + options.lengthened());
        }
        return Optional.of(answer(request, duration, clusterTimeMillis, place));
    }

    private LeaseGrant answer(LeaseRequest request, long duration, long clusterTimeMillis, Place place) {
        return new LeaseGrant(
                request.self().incarnation(),
                request.sentAtNanos(),
                duration,
                clusterTimeMillis,
                current.epoch(),
                place);
    }

    private Place place(NodeId node) {
        if (!group.contains(node)) {
            return Place.STRANGER;
        }
        return leaving.containsKey(node) ? Place.LEAVING : Place.MEMBER;
    }

    /** A node has installed the view of this epoch. */
    public void installed(NodeId from, long epoch, long now) {
        Peer peer = peers.get(from);
        if (leading && peer != null && isCurrent(peer)) {
            peer.installed(epoch);
            decideSoon(now);
        }
    }

    /**
     * A command to propose now. Until it is applied, the same one comes again after each {@link LeaseOptions#proposalTimeoutNanos}, as the
     * log may have had no room for it.
     */
    public Optional<ClusterCommand> tick(long now) {
        if (!leading) {
            wakeAtNanos = now + FAR_NANOS;
            return Optional.empty();
        }
        leaving.values().removeIf(until -> now - until >= 0);
        if (proposed.isEmpty()) {
            proposed = decide(now);
        } else if (now - proposedAtNanos < options.proposalTimeoutNanos()) {
            return Optional.empty();
        }
        if (proposed.isPresent()) {
            proposedAtNanos = now;
            wakeAtNanos = now + options.proposalTimeoutNanos();
        } else {
            wakeAtNanos = nextWake(now);
        }
        return proposed;
    }

    /** When {@link #tick} may next have something to say, if nothing is called before. */
    public long deadline() {
        return wakeAtNanos;
    }

    private void take(View view, boolean isActive, long now) {
        current = view;
        active = isActive;
        wakeAtNanos = now;
        for (Member member : view.members()) {
            peers.computeIfAbsent(member.id(), id -> new Peer(member, now));
        }
    }

    /** The table leaves out a node that comes with an older incarnation than it had; proposing it again would only burn epochs. */
    private void noteRefused(View view) {
        if (proposed.isPresent()
                && proposed.get() instanceof PrepareView prepare
                && prepare.expectedEpoch() + 1 == view.epoch()) {
            for (Member member : prepare.members()) {
                if (!view.has(member.id(), member.incarnation())) {
                    refused.put(member.id(), member.incarnation());
                }
            }
        }
    }

    private Optional<ClusterCommand> decide(long now) {
        if (current.members().isEmpty()) {
            return firstView(now);
        }
        if (active) {
            return change(now);
        }
        boolean blocked = false;
        for (Member member : current.members()) {
            if (!hasInstalled(member)) {
                if (mayExclude(member, now)) {
                    return change(now);
                }
                blocked = true;
            }
        }
        return blocked ? Optional.empty() : Optional.of(new ActivateView(current.epoch()));
    }

    private Optional<ClusterCommand> firstView(long now) {
        boolean complete = peers.keySet().containsAll(expected);
        if (!complete && now - startedAtNanos < options.firstViewWaitNanos()) {
            return Optional.empty();
        }
        return change(now);
    }

    private Optional<ClusterCommand> change(long now) {
        TreeMap<NodeId, Member> next = new TreeMap<>();
        List<NodeId> excluded = new ArrayList<>();
        for (Member member : current.members()) {
            if (mayExclude(member, now)) {
                excluded.add(member.id());
            } else {
                next.put(member.id(), member);
            }
        }
        boolean changed = !excluded.isEmpty();
        for (Peer peer : peers.values()) {
            Member self = peer.self();
            if (!next.containsKey(self.id()) && mayJoin(peer, now)) {
                next.put(self.id(), self);
                changed = true;
            }
        }
        if (!changed || next.isEmpty()) {
            return Optional.empty();
        }
        doomed.addAll(excluded);
        return Optional.of(new PrepareView(current.epoch(), List.copyOf(next.values())));
    }

    private boolean mayHold(Peer peer, long now) {
        return isCurrent(peer)
                && place(peer.self().id()) == Place.MEMBER
                && !doomed.contains(peer.self().id())
                && peer.hasInstalled(requiredEpoch)
                && !isStalled(peer, now);
    }

    private boolean mayExclude(Member member, long now) {
        Peer peer = peers.get(member.id());
        boolean gone = !isCurrent(peer)
                || place(member.id()) != Place.MEMBER
                || peer.isSilent(options, now)
                || isStalled(peer, now);
        return gone && now - expiryNanos(peer) >= 0;
    }

    private boolean mayJoin(Peer peer, long now) {
        Member self = peer.self();
        return !isCurrent(peer)
                && place(self.id()) == Place.MEMBER
                && !peer.isSilent(options, now)
                && peer.hasInstalled(current.epoch())
                && self.incarnation() > refused.getOrDefault(self.id(), Long.MIN_VALUE);
    }

    /** When no lease of this node can be valid any more, whoever granted it. */
    private long expiryNanos(Peer peer) {
        return later(startedAtNanos + options.lengthened(), peer.leaseEndNanos());
    }

    private boolean isStalled(Peer peer, long now) {
        return !active && now - preparedAtNanos >= options.installTimeoutNanos() && !peer.hasInstalled(current.epoch());
    }

    private boolean isCurrent(Peer peer) {
        return current.has(peer.self().id(), peer.self().incarnation());
    }

    private boolean hasInstalled(Member member) {
        Peer peer = peers.get(member.id());
        return isCurrent(peer) && peer.hasInstalled(current.epoch());
    }

    private long nextWake(long now) {
        long wake = now + FAR_NANOS;
        if (current.members().isEmpty()) {
            return soonest(wake, startedAtNanos + options.firstViewWaitNanos(), now);
        }
        if (!active) {
            wake = soonest(wake, preparedAtNanos + options.installTimeoutNanos(), now);
        }
        for (Member member : current.members()) {
            Peer peer = peers.get(member.id());
            wake = soonest(wake, expiryNanos(peer), now);
            wake = soonest(wake, peer.silentAtNanos(options), now);
        }
        for (long until : leaving.values()) {
            wake = soonest(wake, until, now);
        }
        return wake;
    }

    private static long soonest(long wake, long candidate, long now) {
        return candidate - now > 0 && candidate - wake < 0 ? candidate : wake;
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
