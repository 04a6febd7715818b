package io.sinkron.spi;

import io.sinkron.common.NodeId;
import java.util.Objects;
import java.util.Optional;

/**
 * What Raft must have on disk before it speaks of it (Ongaro 2014, figure 3.1, "persistent state").
 *
 * @param term the current term, 0 before the first election
 * @param votedFor who got this node's vote in that term, if anybody
 * @param identity which server this disk is, in the group's membership: 0 for a founding member, otherwise the incarnation in which the
 *     disk was first written to. A disk that was lost and begun anew has another one, and so is another server
 */
public record HardState(long term, Optional<NodeId> votedFor, long identity) {
    /** Before anything happened. */
    public static final HardState INITIAL = new HardState(0, Optional.empty());

    /** Rejects missing parts and negative numbers. */
    public HardState {
        Objects.requireNonNull(votedFor, "votedFor");
        if (term < 0) {
            throw new IllegalArgumentException("term " + term + " is negative");
        }
        if (identity < 0) {
            throw new IllegalArgumentException("identity " + identity + " is negative");
        }
    }

    /** That of a founding member. */
    public HardState(long term, Optional<NodeId> votedFor) {
        this(term, votedFor, 0);
    }
}
