package io.sinkron;

import io.sinkron.common.NodeId;
import java.util.Objects;

/**
 * A node that belongs to the cluster's group, as the node asked knows it to be committed. Immutable.
 *
 * @param id its name
 * @param address where its transport listens; empty if the group was founded without addresses
 * @param http where it said that its HTTP API listens, when it was last seen live from here; may be empty
 * @param part what it does in the group
 * @param live whether it is in the active view
 * @param leader whether it leads
 */
public record ClusterMember(NodeId id, String address, String http, Part part, boolean live, boolean leader) {
    /** Rejects missing parts. */
    public ClusterMember {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(part, "part");
    }

    /** What a member does in the group. */
    public enum Part {
        /** It votes, and counts for majorities. */
        VOTER,
        /** It follows, serves like a voter, and doesn't count. */
        LEARNER,
        /** It is to vote and catches up with the log before that. */
        JOINING
    }
}
