package io.sinkron.cluster;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What nodes and their leader say to each other about leases, views, and who belongs to the group. Immutable. */
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
     * @param place where the asker stands in the group
     */
    record LeaseGrant(
            long incarnation, long sentAtNanos, long durationNanos, long clusterTimeMillis, long epoch, Place place)
            implements ClusterMessage {
        /** Rejects a missing part. */
        public LeaseGrant {
            Objects.requireNonNull(place, "place");
        }
    }

    /** Where a node stands in the group, as its leader sees it. */
    enum Place {
        /** It belongs to it. */
        MEMBER,
        /** It is about to be removed: no lease is renewed, and what only it has is to be brought to safety while the last one lasts. */
        LEAVING,
        /** It doesn't belong to it: it was removed, or not added yet. */
        STRANGER
    }

    /** The sender has installed the prepared view of this epoch; goes to the leader at once and with each {@link LeaseRequest}. */
    record ViewInstalled(long epoch) implements ClusterMessage {}

    /**
     * A node asks the leader to change who belongs to the group. An ask is acted upon at most once and in no other term: one that comes late
     * must not undo what was decided after it.
     *
     * @param term the leader's, as the asker knows it
     * @param attempt grows with every ask of this start of the asker
     * @param voters who shall vote, with transport addresses
     * @param learners who shall follow without a vote
     * @param removed who shall not belong to the group any more
     */
    record ChangeMembers(
            long term,
            long attempt,
            SortedMap<NodeId, String> voters,
            SortedMap<NodeId, String> learners,
            SortedSet<NodeId> removed)
            implements ClusterMessage {
        /** Takes immutable copies. */
        public ChangeMembers {
            voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
            learners = Collections.unmodifiableSortedMap(new TreeMap<>(learners));
            removed = Collections.unmodifiableSortedSet(new TreeSet<>(removed));
        }
    }

    /**
     * A node asks the leader to hand its leadership over; like {@link ChangeMembers} acted upon at most once.
     *
     * @param term the leader's, as the asker knows it
     * @param attempt grows with every ask of this start of the asker
     * @param to who shall lead; empty for whoever is fit
     */
    record HandOver(long term, long attempt, Optional<NodeId> to) implements ClusterMessage {
        /** Rejects a missing part. */
        public HandOver {
            Objects.requireNonNull(to, "to");
        }
    }

    /**
     * The leader's word on an ask.
     *
     * @param attempt from the ask
     * @param verdict what became of it
     * @param index a log index: who has committed up to there has seen what the verdict speaks of
     * @param detail for people; may be empty
     */
    record Decision(long attempt, Verdict verdict, long index, String detail) implements ClusterMessage {
        /** Rejects missing parts. */
        public Decision {
            Objects.requireNonNull(verdict, "verdict");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /** What became of an ask at the leader. */
    enum Verdict {
        /** What was asked for is so; nothing was left to do. */
        DONE,
        /** It has begun, or goes on. */
        UNDERWAY,
        /** Nothing has begun: who is to be removed is still in the view, and on the way out of it. */
        DRAINING,
        /** Nothing was done: this node doesn't lead, not in the term of the ask, or can't at the moment. */
        NOT_NOW,
        /** Nothing was done: another change isn't finished. */
        OTHER_CHANGE,
        /** Nothing was done: a node that is named doesn't belong to the group. */
        NO_SUCH_MEMBER,
        /** Nothing was done, and never will be. */
        BAD_REQUEST
    }
}
