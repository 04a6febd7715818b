package io.sinkron.cluster;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;

/** How calls end that change who belongs to the group or who leads it. Immutable. */
public sealed interface ClusterAnswer extends Answer {
    /**
     * The change is in force, as this node has seen itself.
     *
     * @param index up to where this node had committed the log then
     */
    record MembersChanged(long index) implements ClusterAnswer {}

    /**
     * The leadership is where it was wanted.
     *
     * @param leader who leads
     * @param term since which term, at least
     */
    record LeaderIs(NodeId leader, long term) implements ClusterAnswer {}

    /** Another change of the members isn't finished; nothing was done. */
    record ChangeInProgress(String detail) implements ClusterAnswer, Refusal {
        @Override
        public String code() {
            return "change-in-progress";
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** A node that the call names doesn't belong to the group; nothing was done. */
    record NoSuchMember(String detail) implements ClusterAnswer, Refusal {
        @Override
        public String code() {
            return "no-such-member";
        }
    }
}
