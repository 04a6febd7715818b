package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.common.NodeId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** One transaction of a line at its home, from the first snoop to the requester's {@link CacheMessage.GrantAck}. Machine only. */
final class HomeTransaction {
    final long txn;
    final Request request;
    Phase phase = Phase.SNOOP;
    /** Who hasn't answered the snoop. */
    final Set<NodeId> pending;
    /** Whose dirty data, of which version, isn't in main memory yet. */
    final Map<NodeId, Long> storing = new LinkedHashMap<>();
    /** Whether anybody has kept a readable copy. */
    boolean isShared;
    /** Whether main memory is being read. */
    boolean isFetching;
    /** What was granted; null before. */
    Grant grant;

    HomeTransaction(long txn, Request request, Set<NodeId> pending) {
        this.txn = txn;
        this.request = request;
        this.pending = pending;
    }

    /** What a transaction waits for. */
    enum Phase {
        /** For the snooped nodes, and for main memory to have what they held dirty. */
        SNOOP,
        /** For main memory's value. */
        FETCH,
        /** For the requester's acknowledgement. */
        GRANT
    }

    /**
     * Who wants the line, and what for.
     *
     * @param isWrite whether it wants to be the only one
     */
    record Request(NodeId from, long number, boolean isWrite) {}

    /** Whether all snooped nodes have answered and main memory has all they held. */
    boolean isSnooped() {
        return phase == Phase.SNOOP && pending.isEmpty() && storing.isEmpty();
    }
}
