package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.Comparator;
import java.util.Objects;

/**
 * A member of a group: a node and which disk of it. A node whose disk was lost and begun anew has forgotten what it promised, so it is
 * another server under the same name; its votes and acknowledgements never count for the one that was lost. Immutable, ordered by name.
 *
 * @param id the node
 * @param identity {@link io.sinkron.spi.HardState#identity} of its disk: {@link #FOUNDER} or the incarnation in which the disk was first
 *     written to; {@link #UNKNOWN} for a node that has been added but not heard of yet
 */
public record Server(NodeId id, long identity) implements Comparable<Server> {
    /** The identity of the members that a group began with. */
    public static final long FOUNDER = 0;

    /** The identity of a member that hasn't been heard of; no disk has it. */
    public static final long UNKNOWN = -1;

    private static final Comparator<Server> ORDER =
            Comparator.comparing(Server::id).thenComparingLong(Server::identity);

    /** Rejects a missing name and an identity below {@link #UNKNOWN}. */
    public Server {
        Objects.requireNonNull(id, "id");
        if (identity < UNKNOWN) {
            throw new IllegalArgumentException("identity is " + identity + ", the least is " + UNKNOWN);
        }
    }

    /** A member that the group began with. */
    public static Server founder(NodeId id) {
        return new Server(id, FOUNDER);
    }

    @Override
    public int compareTo(Server other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return identity == FOUNDER ? id.value() : id.value() + "#" + (identity == UNKNOWN ? "?" : identity);
    }
}
