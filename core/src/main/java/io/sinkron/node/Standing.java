package io.sinkron.node;

import io.sinkron.cluster.ClusterMessage.Place;
import io.sinkron.cluster.LeaseHolder;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewTable;
import io.sinkron.common.NodeId;

/** Where this node stands: what the view and its lease say together decides whether it may serve. Pure. */
final class Standing {
    private final NodeId self;
    private final long incarnation;
    private final LeaseHolder lease;
    private final Services services;
    private final ClusterClock clock;

    Standing(NodeId self, long incarnation, LeaseHolder lease, Services services, ClusterClock clock) {
        this.self = self;
        this.incarnation = incarnation;
        this.lease = lease;
        this.services = services;
        this.clock = clock;
    }

    /** The applied state is another one, or its view has changed. */
    void viewChanged(ReplicatedState state, long now) {
        ViewTable table = state.view();
        if (table.isActive()) {
            viewActive(state, now);
            return;
        }
        View prepared = table.current();
        if (!prepared.has(self, incarnation)) {
            lease.dropped();
        }
        services.viewPrepared(prepared, now);
        refresh(state, now);
    }

    /** The state was replaced as a whole: the active view first, and then the one that is prepared, if any. */
    void stateReplaced(ReplicatedState state, long now) {
        if (state.view().active().epoch() > 0) {
            viewActive(state, now);
        }
        if (!state.view().isActive()) {
            viewChanged(state, now);
        }
    }

    private void viewActive(ReplicatedState state, long now) {
        services.viewActive(state.view().active(), state.queues().names(), now);
        refresh(state, now);
    }

    /** Serves while the active and the current view have this incarnation and the lease is valid. */
    void refresh(ReplicatedState state, long now) {
        boolean isMember = state.view().active().has(self, incarnation)
                && state.view().current().has(self, incarnation);
        services.lease(isMember && lease.isValid(now), lease.leaseEndNanos(), clock.estimate(now), now);
    }

    /** A lease began after a gap: what was held before it is void, even if nobody noticed the gap when it was there. */
    void lapsed(long now) {
        services.lease(false, now, clock.estimate(now), now);
    }

    /** Where the leader says that this node stands in the group. */
    Place place() {
        return lease.place();
    }

    /** The leader has spoken about this node: if it is about to leave, what only it has is brought to safety while its lease lasts. */
    void heard(long now) {
        services.leaving(lease.place() == Place.LEAVING, now);
    }

    /** Until when this node may serve; now, if it may not. */
    long servesUntil(long now) {
        return services.isServing() ? lease.leaseEndNanos() : now;
    }
}
