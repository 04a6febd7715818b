package io.sinkron.transport.inmemory;

import io.sinkron.common.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whom a transport talks to: everybody until it is told the members; from then on the members, and for a grace those that have ceased to be one, so that they can
 * learn of it. Immutable.
 *
 * @param ids the members; empty until they are told
 * @param leftAtNanos when each of the others left that were members once
 */
record Members(Set<NodeId> ids, Map<NodeId, Long> leftAtNanos) {
    static final Members EVERYBODY = new Members(Set.of(), Map.of());

    /** With other members; none at all means that nobody knows yet. */
    Members become(Set<NodeId> next, long nowNanos) {
        if (next.isEmpty()) {
            return this;
        }
        Map<NodeId, Long> left = new HashMap<>(leftAtNanos);
        for (NodeId id : ids) {
            left.put(id, nowNanos);
        }
        left.keySet().removeAll(next);
        return new Members(Set.copyOf(next), Map.copyOf(left));
    }

    /** Whether it is a member, as far as is known. */
    boolean contains(NodeId id) {
        return ids.isEmpty() || ids.contains(id);
    }

    /** Whether it has left, but not longer ago than the grace. */
    boolean isLeaving(NodeId id, long nowNanos, long graceNanos) {
        Long left = leftAtNanos.get(id);
        return left != null && nowNanos - left < graceNanos;
    }
}
