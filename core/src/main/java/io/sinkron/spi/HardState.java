package io.sinkron.spi;

import io.sinkron.common.NodeId;
import java.util.Objects;
import java.util.Optional;

/**
 * What Raft must have on disk before it speaks of it (Ongaro 2014, figure 3.1, "persistent state").
 *
 * @param term the current term, 0 before the first election
 * @param votedFor who got this node's vote in that term, if anybody
 */
public record HardState(long term, Optional<NodeId> votedFor) {
    /** Before anything happened. */
    public static final HardState INITIAL = new HardState(0, Optional.empty());

    /** Rejects missing parts and a negative term. */
    public HardState {
        Objects.requireNonNull(votedFor, "votedFor");
        if (term < 0) {
            throw new IllegalArgumentException("term " + term + " is negative");
        }
    }
}
