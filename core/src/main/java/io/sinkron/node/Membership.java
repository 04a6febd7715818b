package io.sinkron.node;

import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.LeaseHolder;
import io.sinkron.cluster.Member;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockMessage;
import java.util.Optional;

/**
 * What this node and its leader say to each other about leases, views and sessions, in both parts: this node asks, and, on duty, it answers. Pure.
 */
final class Membership {
    private final Member face;
    private final LeaseHolder lease;
    private final LeaderDuties duties;
    private final KeepAlives keepAlives;
    private final ClusterClock clock;
    private final Outputs outputs;

    Membership(
            Member face,
            LeaseHolder lease,
            LeaderDuties duties,
            KeepAlives keepAlives,
            ClusterClock clock,
            Outputs outputs) {
        this.face = face;
        this.lease = lease;
        this.duties = duties;
        this.keepAlives = keepAlives;
        this.clock = clock;
        this.outputs = outputs;
    }

    /** A client wants its session extended. */
    void keepAlive(Call.KeepAlive call, Optional<NodeId> leader, long now) {
        LockMessage.KeepAlive question = keepAlives.ask(call, now);
        leader.ifPresent(to -> outputs.send(to, question));
    }

    /**
     * A message about leases and views.
     *
     * @param isInView whether the sender, in this incarnation, is in the current view
     * @param isSure whether this node is sure that it leads
     * @return whether a lease begins after a gap, in which what this node held was not covered
     */
    boolean receive(NodeId from, ClusterMessage message, boolean isInView, boolean isSure, long now) {
        if (message instanceof ClusterMessage.LeaseRequest request) {
            duties.leaseRequested(from, request, isSure, clock.estimate(now), now)
                    .ifPresent(grant -> outputs.send(from, grant));
        } else if (message instanceof ClusterMessage.LeaseGrant grant) {
            clock.heard(grant.clusterTimeMillis(), now);
            return lease.granted(grant, now);
        } else if (message instanceof ClusterMessage.ViewInstalled installed && isInView) {
            duties.installed(from, installed.epoch(), now);
        }
        return false;
    }

    /** Another node leads: its word on the lease is wanted at once. */
    void leaderChanged(long now) {
        lease.askSoon(now);
    }

    /**
     * A message about sessions.
     *
     * @param isBehind whether something is committed that this node hasn't applied yet: a session that it doesn't know may have been opened
     */
    void receive(NodeId from, LockMessage message, boolean isSure, boolean isBehind, long now) {
        if (message instanceof LockMessage.KeepAlive question) {
            long ttlMillis = duties.keepAlive(question.session(), isSure, now);
            outputs.send(
                    from,
                    ttlMillis < 0 || ttlMillis == 0 && isBehind
                            ? new LockMessage.KeepAliveRefused(question.request())
                            : new LockMessage.KeepAliveAnswer(question.request(), question.session(), ttlMillis));
        } else if (message instanceof LockMessage.KeepAliveAnswer answer) {
            keepAlives
                    .answered(answer.request(), answer.ttlMillis())
                    .ifPresent(ended -> outputs.complete(ended.call(), ended.answer()));
        }
    }

    /** Asks what is due to be asked. */
    void tick(long installedEpoch, Optional<NodeId> leader, long now) {
        lease.poll(face, installedEpoch, now).ifPresent(request -> leader.ifPresent(to -> outputs.send(to, request)));
        KeepAlives.Due due = keepAlives.due(now);
        due.ended().forEach(ended -> outputs.complete(ended.call(), ended.answer()));
        due.again().forEach(question -> leader.ifPresent(to -> outputs.send(to, question)));
    }

    /** Ends the questions whose deadline is before that time; this node has left, and nobody answers it. */
    void leave(long until) {
        keepAlives.due(until).ended().forEach(ended -> outputs.complete(ended.call(), ended.answer()));
    }

    /** When {@link #tick} is next needed. */
    long deadline() {
        long first = lease.deadline();
        long question = keepAlives.deadline();
        return question - first < 0 ? question : first;
    }
}
