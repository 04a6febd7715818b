package io.sinkron.raft.search;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of the nodes and the ways to exchange them. The first {@code alike} nodes are interchangeable, so a state and the same state with
 * these nodes' names permuted are one.
 */
final class Symmetry {
    private final List<NodeId> ids = new ArrayList<>();
    private final List<int[]> permutations = new ArrayList<>();

    Symmetry(int nodes, int alike) {
        int[] identity = new int[nodes];
        for (int i = 0; i < nodes; i++) {
            ids.add(NodeId.of("n" + (i + 1)));
            identity[i] = i;
        }
        permute(identity, 0, alike);
    }

    private void permute(int[] order, int at, int alike) {
        if (at >= alike - 1) {
            permutations.add(order.clone());
            return;
        }
        for (int i = at; i < alike; i++) {
            int[] next = order.clone();
            next[at] = order[i];
            next[i] = order[at];
            permute(next, at + 1, alike);
        }
    }

    int nodes() {
        return ids.size();
    }

    NodeId id(int node) {
        return ids.get(node);
    }

    int index(NodeId id) {
        return id.value().charAt(1) - '1';
    }

    /** How many ways there are; the first changes nothing. */
    int size() {
        return permutations.size();
    }

    /** The name that a node has in one of the ways. */
    int renamed(int way, int node) {
        return permutations.get(way)[node];
    }
}
