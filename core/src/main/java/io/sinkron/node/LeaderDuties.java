package io.sinkron.node;

import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewKeeper;
import io.sinkron.common.CommandBody;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.SessionKeeper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What only the leader does: grant leases and keep the view, extend and expire sessions. It begins once an entry of the leader's own term is applied,
 * because only then does it know all that earlier leaders promised, and whatever extends or grants is done only while the leader is sure that it leads.
 * Pure.
 */
final class LeaderDuties {
    private final ViewKeeper views;
    private final SessionKeeper sessions = new SessionKeeper();
    private boolean isOnDuty;

    LeaderDuties(ViewKeeper views) {
        this.views = views;
    }

    /** Whether the duties have begun. */
    boolean isOnDuty() {
        return isOnDuty;
    }

    /** Begins or ends the duties as Raft says. */
    void observe(boolean isReadyLeader, ReplicatedState state, long now) {
        if (isReadyLeader == isOnDuty) {
            return;
        }
        isOnDuty = isReadyLeader;
        if (isReadyLeader) {
            views.leaderStarted(state.view().current(), state.view().isActive(), now);
            sessions.leaderStarted(state.locks().sessions(), now);
        } else {
            views.leaderStopped();
            sessions.leaderStopped();
        }
    }

    /** Who belongs to the group from now on. */
    void groupIs(Collection<NodeId> members, long now) {
        views.groupIs(members, now);
    }

    /** Takes nodes out of the view that are about to leave the group, until then. */
    void drain(Collection<NodeId> nodes, long untilNanos, long now) {
        if (isOnDuty) {
            views.drain(nodes, untilNanos, now);
        }
    }

    void viewChanged(View current, boolean isActive, long now) {
        if (isOnDuty) {
            views.viewChanged(current, isActive, now);
        }
    }

    void sessionOpened(String session, long ttlMillis, long now) {
        if (isOnDuty) {
            sessions.opened(session, ttlMillis, now);
        }
    }

    void sessionEnded(String session) {
        if (isOnDuty) {
            sessions.ended(session);
        }
    }

    /** The lease for a node that asks, if this node is on duty. */
    Optional<LeaseGrant> leaseRequested(
            NodeId from, LeaseRequest request, boolean sure, long clusterTimeMillis, long now) {
        return isOnDuty ? views.requested(from, request, sure, clusterTimeMillis, now) : Optional.empty();
    }

    void installed(NodeId from, long epoch, long now) {
        if (isOnDuty) {
            views.installed(from, epoch, now);
        }
    }

    /** Extends a session: its time to live, 0 if there is no such session, -1 if this node can't say. */
    long keepAlive(String session, boolean sure, long now) {
        return isOnDuty && sure ? sessions.keepAlive(session, now) : -1;
    }

    /** The commands that are due. */
    List<CommandBody> due(long term, boolean sure, long now) {
        if (!isOnDuty) {
            return List.of();
        }
        List<CommandBody> commands = new ArrayList<>(0);
        views.tick(now).ifPresent(commands::add);
        if (sure) {
            for (String session : sessions.expired(now)) {
                commands.add(new LockCommand.ExpireSession(session, term));
            }
        }
        return commands;
    }

    /**
     * When {@link #due} may have something; {@code far} while not on duty.
     *
     * @param sure whether this node is certain that no other leads; while it isn't, a session whose time is over waits for that, not for the clock
     */
    long deadline(boolean sure, long far) {
        if (!isOnDuty) {
            return far;
        }
        long first = views.deadline();
        long session = sessions.deadline();
        return sure && session - first < 0 ? session : first;
    }
}
