package io.sinkron.cluster;

import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.ClusterMessage.Place;
import java.util.Optional;

/**
 * The member's side of node leases: asks for the lease again and again and knows until when it may act as an owner and as a home. A lease
 * counts from when this node <em>asked</em>, by its own monotonic clock, shortened by the drift allowance; so it is over here before the
 * leader, who counts from when it <em>answered</em>, may take it for over (C. Gray and D. Cheriton, "Leases", SOSP 1989).
 *
 * <p>Pure and single-threaded. Times are monotonic nanoseconds of this node.
 */
public final class LeaseHolder {
    private final LeaseOptions options;
    private long askAtNanos;
    private long leaseEndNanos;
    private boolean asked;
    private long incarnation;
    private long firstAskedNanos;
    private long lastAskedNanos;
    private Place place = Place.MEMBER;
    private long placedByNanos;

    /** A holder without a lease; its first request is due at once. */
    public LeaseHolder(LeaseOptions options, long now) {
        this.options = options;
        askAtNanos = now;
        leaseEndNanos = now;
    }

    /**
     * A request, if one is due; it is to be sent to whoever is believed to lead.
     *
     * @param self this node as it wants to stand in the view
     * @param installedEpoch the newest view that this node has installed, be it a member of that view or not
     */
    public Optional<LeaseRequest> poll(Member self, long installedEpoch, long now) {
        if (now - askAtNanos < 0) {
            return Optional.empty();
        }
        askAtNanos = now + options.renewNanos();
        if (!asked) {
            asked = true;
            firstAskedNanos = now;
            placedByNanos = now;
        }
        lastAskedNanos = now;
        incarnation = self.incarnation();
        return Optional.of(new LeaseRequest(now, self, installedEpoch));
    }

    /** Makes the next request due now: a leader has just become known, or a view has just taken this node in. */
    public void askSoon(long now) {
        askAtNanos = now;
    }

    /**
     * Takes an answer. One that was meant for an earlier start of this node, or for a request before {@link #dropped}, is ignored: its time
     * means nothing on this clock.
     *
     * @return whether a lease begins now that does not continue an unbroken one: what was held under an earlier one is void
     */
    public boolean granted(LeaseGrant grant, long now) {
        boolean mine = asked
                && grant.incarnation() == incarnation
                && grant.sentAtNanos() - firstAskedNanos >= 0
                && lastAskedNanos - grant.sentAtNanos() >= 0;
        if (!mine) {
            return false;
        }
        if (grant.sentAtNanos() - placedByNanos >= 0) {
            placedByNanos = grant.sentAtNanos();
            place = grant.place();
        }
        if (grant.durationNanos() <= 0) {
            return false;
        }
        boolean wasValid = isValid(now);
        long duration = Math.min(grant.durationNanos(), options.durationNanos());
        long end = grant.sentAtNanos() + options.shortened(duration);
        if (end - leaseEndNanos > 0) {
            leaseEndNanos = end;
        }
        return !wasValid && isValid(now);
    }

    /** Where this node stands in the group, by the leader's answer to the latest request that was answered; a member before the first one. */
    public Place place() {
        return place;
    }

    /** When the lease ends, exclusive; in the past as long as there has been none. Compare by difference. */
    public long leaseEndNanos() {
        return leaseEndNanos;
    }

    /** Whether this node may act as an owner and as a home at this time. */
    public boolean isValid(long now) {
        return now - leaseEndNanos < 0;
    }

    /** When {@link #poll} will have the next request. */
    public long deadline() {
        return askAtNanos;
    }

    /** Gives the lease up at once, and whatever is still to be granted for a request already sent. */
    public void dropped() {
        if (asked) {
            asked = false;
            leaseEndNanos = lastAskedNanos;
            askAtNanos = Math.max(askAtNanos - lastAskedNanos, 1) + lastAskedNanos;
        }
    }
}
