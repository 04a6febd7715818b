package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What shall be different in a group's membership; any number of nodes in one change. Immutable.
 *
 * @param voters nodes that shall vote, with their transport addresses: new ones, which catch up as learners first, and learners to promote.
 *     An empty address keeps the one that is known
 * @param learners nodes that shall follow without voting: new ones, and voters to demote
 * @param removed nodes that shall not belong to the group any more
 */
public record MembershipChange(
        SortedMap<NodeId, String> voters, SortedMap<NodeId, String> learners, SortedSet<NodeId> removed) {
    /** Takes immutable copies; rejects a node that is named twice. */
    public MembershipChange {
        voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
        learners = Collections.unmodifiableSortedMap(new TreeMap<>(learners));
        removed = Collections.unmodifiableSortedSet(new TreeSet<>(removed));
        TreeSet<NodeId> all = new TreeSet<>(voters.keySet());
        for (Set<NodeId> more : List.of(learners.keySet(), removed)) {
            for (NodeId id : more) {
                if (!all.add(id)) {
                    throw new IllegalArgumentException("a membership change names " + id + " twice");
                }
            }
        }
    }

    /** One node more that votes. */
    public static MembershipChange addVoter(NodeId id, String address) {
        return new MembershipChange(new TreeMap<>(Map.of(id, address)), new TreeMap<>(), new TreeSet<>());
    }

    /** One node more that follows. */
    public static MembershipChange addLearner(NodeId id, String address) {
        return new MembershipChange(new TreeMap<>(), new TreeMap<>(Map.of(id, address)), new TreeSet<>());
    }

    /** One node less. */
    public static MembershipChange remove(NodeId id) {
        return new MembershipChange(new TreeMap<>(), new TreeMap<>(), new TreeSet<>(Set.of(id)));
    }

    /** One node in another's place, in one change. */
    public static MembershipChange replace(NodeId old, NodeId id, String address) {
        return new MembershipChange(new TreeMap<>(Map.of(id, address)), new TreeMap<>(), new TreeSet<>(Set.of(old)));
    }

    /** Whether it asks for nothing. */
    public boolean isEmpty() {
        return voters.isEmpty() && learners.isEmpty() && removed.isEmpty();
    }
}
