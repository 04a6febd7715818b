package io.sinkron.cache;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Whom a home must ask before it grants a line: every node that may hold it. A home that knows nothing about a line asks all members (rule P12:
 * not knowing is never the same as "nobody"). A snoop filter narrows this set; it may only leave out whom it knows to hold nothing.
 */
final class SnoopSet {
    private SnoopSet() {}

    /** The nodes to ask about a line that the home knows nothing about: all members but the requester, in order of their ids. */
    static Set<NodeId> unknown(View view, NodeId requester) {
        Set<NodeId> all = new LinkedHashSet<>();
        for (Member member : view.members()) {
            if (!member.id().equals(requester)) {
                all.add(member.id());
            }
        }
        return all;
    }
}
