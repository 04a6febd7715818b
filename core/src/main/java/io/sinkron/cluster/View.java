package io.sinkron.cluster;

import io.sinkron.common.NodeId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which nodes are live, agreed on through the log. Immutable.
 *
 * @param epoch grows by one with every change; 0 is the empty view before the first
 * @param members in order of their ids
 */
public record View(long epoch, List<Member> members) {
    /** Before the first view. */
    public static final View EMPTY = new View(0, List.of());

    /** Takes a sorted immutable copy. */
    public View {
        members = members.stream().sorted(Comparator.comparing(Member::id)).toList();
    }

    /** The member of this name, if it is live. */
    public Optional<Member> member(NodeId id) {
        for (Member member : members) {
            if (member.id().equals(id)) {
                return Optional.of(member);
            }
        }
        return Optional.empty();
    }

    /** Whether exactly this incarnation is live. */
    public boolean has(NodeId id, long incarnation) {
        return member(id).filter(m -> m.incarnation() == incarnation).isPresent();
    }
}
