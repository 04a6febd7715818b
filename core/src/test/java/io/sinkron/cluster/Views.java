package io.sinkron.cluster;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.List;

/** Short ways to make members and views for tests. */
final class Views {
    private Views() {}

    static Member member(String id, long incarnation) {
        return new Member(NodeId.of(id), incarnation, 1, "", "");
    }

    static Member weighted(String id, int weight) {
        return new Member(NodeId.of(id), 1, weight, "", "");
    }

    /** A view of these members of weight 1 and incarnation 1. */
    static View view(long epoch, String... ids) {
        List<Member> members = new ArrayList<>();
        for (String id : ids) {
            members.add(member(id, 1));
        }
        return new View(epoch, members);
    }

    /** A view of n members n00, n01… of weight 1. */
    static View numbered(int n) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            members.add(member(String.format("n%02d", i), 1));
        }
        return new View(1, members);
    }

    /** The view without one of its members. */
    static View without(View view, NodeId id) {
        return new View(
                view.epoch() + 1,
                view.members().stream().filter(m -> !m.id().equals(id)).toList());
    }
}
