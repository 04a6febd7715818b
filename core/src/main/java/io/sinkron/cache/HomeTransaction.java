package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** One transaction of a line at its home, from the first snoop to the last {@link CacheMessage.GrantAck} of whom it grants. Machine only. */
final class HomeTransaction {
    final long txn;
    final Bytes key;
    final Request request;
    /** Who may have held the line when the transaction started. */
    final Holders before;

    Phase phase = Phase.SNOOP;
    /** Who hasn't answered the snoop. */
    final Set<NodeId> pending;
    /** Whose dirty data, of which version, isn't in main memory yet. */
    final Map<NodeId, Long> storing = new LinkedHashMap<>();
    /** Who has kept a readable copy. */
    final SortedSet<NodeId> kept = new TreeSet<>();
    /** The newest value, out of a copy that was readable when it was snooped; null if none was offered. */
    MemoryValue offered;
    /** Whether main memory is being read. */
    boolean isFetching;
    /** What was granted and isn't acknowledged, by node. */
    final Map<NodeId, Grant> grants = new LinkedHashMap<>();
    /** Who may hold the line when all grants are accepted. */
    Holders after = Holders.UNKNOWN;

    HomeTransaction(long txn, Bytes key, Request request, Holders before, Set<NodeId> pending) {
        this.txn = txn;
        this.key = key;
        this.request = request;
        this.before = before;
        this.pending = pending;
    }

    /** What a transaction waits for. */
    enum Phase {
        /** For the snooped nodes, and for main memory to have what they held dirty. */
        SNOOP,
        /** For main memory's value. */
        FETCH,
        /** For the acknowledgements of those who were granted the line. */
        GRANT
    }

    /** What a node wants a line for. */
    enum Kind {
        /** To read it. */
        READ,
        /** To write it; the node has no copy. */
        WRITE,
        /** To write its copy. */
        UPGRADE
    }

    /** Who wants the line, and what for. */
    record Request(NodeId from, long number, Kind kind) {
        /** Whether it wants to be the only one. */
        boolean isWrite() {
            return kind != Kind.READ;
        }

        /** Whether it is the other once more: an upgrade is repeated as a write if the copy was lost meanwhile. */
        boolean isSame(Request other) {
            return number == other.number && from.equals(other.from);
        }
    }

    /** Whether all snooped nodes have answered and main memory has all they held. */
    boolean isSnooped() {
        return phase == Phase.SNOOP && pending.isEmpty() && storing.isEmpty();
    }

    /** The nodes beside the requester that may share the line after a read. */
    SortedSet<NodeId> otherSharers() {
        SortedSet<NodeId> others = new TreeSet<>(kept);
        if (before instanceof Holders.Sharers sharers) {
            others.addAll(sharers.nodes());
        }
        others.remove(request.from());
        return others;
    }
}
