package io.sinkron.cluster;

import io.sinkron.common.Message;

/** What nodes and their leader say to each other about leases and views. Immutable. */
public sealed interface ClusterMessage extends Message {
    /** A lease that comes late is a lease lost, so none waits behind the daily work. */
    @Override
    default Lane lane() {
        return Lane.CONTROL;
    }

    /**
     * A node asks the leader for its lease; it is the sign of life as well, and the request to be taken into the view.
     *
     * @param sentAtNanos the asker's own clock; the lease counts from here
     * @param self the asker as it wants to stand in the view
     * @param installedEpoch the newest view that the asker has installed, be it a member of that view or not; a node that hasn't installed
     *     the leader's current view is not taken into the next one
     */
    record LeaseRequest(long sentAtNanos, Member self, long installedEpoch) implements ClusterMessage {}

    /**
     * The leader's answer.
     *
     * @param incarnation from the request: an earlier start of the asker must not be answered on the clock of a later one
     * @param sentAtNanos from the request
     * @param durationNanos how long the lease lasts, counted by the asker from {@code sentAtNanos}; 0 for no lease (not in the view)
     * @param clusterTimeMillis the leader's cluster time
     * @param epoch the current view's epoch at the leader
     */
    record LeaseGrant(long incarnation, long sentAtNanos, long durationNanos, long clusterTimeMillis, long epoch)
            implements ClusterMessage {}

    /** The sender has installed the prepared view of this epoch; goes to the leader at once and with each {@link LeaseRequest}. */
    record ViewInstalled(long epoch) implements ClusterMessage {}
}
