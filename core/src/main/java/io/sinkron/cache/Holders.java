package io.sinkron.cache;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who may hold a line, as far as its home knows: every node that really holds a copy is among them, and none holds more than is said here; some may
 * hold nothing any more, since clean copies leave without a word. Immutable.
 */
sealed interface Holders {
    /** The home knows nothing: any member may hold anything (rule P12: not knowing is never the same as "nobody"). */
    Holders UNKNOWN = new Unknown();

    /** The nodes to ask before a line is granted, in order of their ids; the requester isn't asked. */
    default SortedSet<NodeId> toSnoop(View view, NodeId requester, boolean isWrite) {
        SortedSet<NodeId> asked = new TreeSet<>();
        if (this instanceof Owner owner) {
            asked.add(owner.node());
        } else if (this instanceof Sharers sharers) {
            if (isWrite) {
                asked.addAll(sharers.nodes());
            }
        } else {
            view.members().forEach(member -> asked.add(member.id()));
        }
        asked.remove(requester);
        return asked;
    }

    /** Whether the node holds no more than a shared copy, for certain: so it need not be asked before others are granted shares beside it. */
    default boolean isNoOwner(NodeId node) {
        return this instanceof Sharers
                || this instanceof Owner owner && !owner.node().equals(node);
    }

    /** Whether the node is known to be a sharer, if its copy wasn't evicted. */
    default boolean isSharer(NodeId node) {
        return this instanceof Sharers sharers && sharers.nodes().contains(node);
    }

    /** What is left of it in a view: who isn't a member of it has lost its copies with its lease. */
    default Holders in(View view) {
        if (this instanceof Owner owner) {
            return view.member(owner.node()).isPresent() ? this : new Sharers(Set.of());
        } else if (this instanceof Sharers sharers) {
            SortedSet<NodeId> left = new TreeSet<>();
            for (Member member : view.members()) {
                if (sharers.nodes().contains(member.id())) {
                    left.add(member.id());
                }
            }
            return new Sharers(left);
        }
        return this;
    }

    /** Anybody may hold the line in any state. */
    record Unknown() implements Holders {}

    /** One node may hold it, as E or M; nobody else has a copy. */
    record Owner(NodeId node) implements Holders {}

    /** These may hold it as S, and main memory has its value; nobody has it as E or M. */
    record Sharers(Set<NodeId> nodes) implements Holders {
        /** Takes an immutable copy, in order of the ids. */
        public Sharers {
            nodes = Collections.unmodifiableSortedSet(new TreeSet<>(nodes));
        }
    }
}
