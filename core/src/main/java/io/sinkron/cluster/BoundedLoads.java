package io.sinkron.cluster;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Consistent hashing with bounded loads (V. Mirrokni, M. Thorup, M. Zadimoghaddam, SODA 2018): spreads a known set of keys so that no
 * member has more than <i>c</i> times its fair part, at the price of moving a few more keys when members change. It helps where keys are
 * few: ten keys on five nodes of a plain ring give the fullest node almost twice its part.
 *
 * <p>Where a key goes depends on all the other keys, so nodes agree only if they agree on the set; the library routes by the plain
 * {@link Ring} and offers this for placements that are computed once and stored. Pure.
 */
public final class BoundedLoads {
    private BoundedLoads() {}

    /**
     * The member for each key. Keys are placed in the order of the circle, each with the first member from its position on that has room.
     *
     * @param factor the bound <i>c</i>, at least 1; a member of weight w gets at most ⌈c · keys · w / weights⌉ keys
     * @throws IllegalArgumentException if the factor is below 1 or not a number
     * @throws IllegalStateException if there are keys but the ring is empty
     */
    public static SortedMap<String, NodeId> assign(Ring ring, Collection<String> keys, double factor) {
        if (!(factor >= 1)) {
            throw new IllegalArgumentException("the load factor is " + factor + ", allowed are numbers from 1 on");
        }
        SortedMap<String, NodeId> placed = new TreeMap<>();
        if (keys.isEmpty()) {
            return placed;
        }
        if (ring.isEmpty()) {
            throw new IllegalStateException("the ring of epoch " + ring.epoch() + " has no members");
        }
        List<String> ordered = new ArrayList<>(new TreeSet<>(keys));
        ordered.sort(Comparator.comparingLong((String key) -> ring.position(key) ^ Long.MIN_VALUE));
        SortedMap<NodeId, Long> room = room(ring, ordered.size(), factor);
        for (String key : ordered) {
            for (NodeId node : ring.preference(key, room.size())) {
                long left = room.get(node);
                if (left > 0) {
                    room.put(node, left - 1);
                    placed.put(key, node);
                    break;
                }
            }
        }
        return placed;
    }

    private static SortedMap<NodeId, Long> room(Ring ring, int keys, double factor) {
        double weights = ring.members().stream().mapToInt(Member::weight).sum();
        SortedMap<NodeId, Long> room = new TreeMap<>();
        for (Member member : ring.members()) {
            room.put(member.id(), (long) Math.ceil(factor * keys * (member.weight() / weights)));
        }
        return room;
    }
}
