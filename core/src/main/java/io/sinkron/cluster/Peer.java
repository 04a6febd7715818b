package io.sinkron.cluster;

/** What the leader knows of one node. Times are the leader's monotonic nanoseconds. */
final class Peer {
    private Member self;
    private long heardAtNanos;
    private long leaseEndNanos;
    private long installedEpoch = -1;

    /** A node that counts as just heard and holds no lease from this leader. */
    Peer(Member self, long now) {
        this.self = self;
        heardAtNanos = now;
        leaseEndNanos = now;
    }

    /** The newest start of the node that was heard, as it wants to stand in the view. */
    Member self() {
        return self;
    }

    /**
     * A sign of life. A later start takes the place of the earlier one but leaves its lease standing, for the earlier one may still act.
     *
     * @return false if it comes from an earlier start than the newest one known
     */
    boolean heard(Member member, long installed, long now) {
        if (member.incarnation() < self.incarnation()) {
            return false;
        }
        if (member.incarnation() > self.incarnation()) {
            self = member;
            installedEpoch = -1;
        }
        heardAtNanos = now;
        installed(installed);
        return true;
    }

    /** The node has installed the view of this epoch. */
    void installed(long epoch) {
        installedEpoch = Math.max(installedEpoch, epoch);
    }

    /** Whether it has installed this view or a later one. */
    boolean hasInstalled(long epoch) {
        return installedEpoch >= epoch;
    }

    /** The node may hold a lease until then. */
    void granted(long untilNanos) {
        if (untilNanos - leaseEndNanos > 0) {
            leaseEndNanos = untilNanos;
        }
    }

    /** When the last lease that this leader gave it is over. */
    long leaseEndNanos() {
        return leaseEndNanos;
    }

    /** From when on the node counts as silent, unless it is heard again. */
    long silentAtNanos(LeaseOptions options) {
        return heardAtNanos + options.downAfterNanos();
    }

    /** Whether it wasn't heard for long enough to be taken for dead. */
    boolean isSilent(LeaseOptions options, long now) {
        return now - silentAtNanos(options) >= 0;
    }
}
