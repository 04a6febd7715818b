package io.sinkron.cache;

import io.sinkron.cluster.Ring;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.Optional;

/** The hash ring's placement: the owner is the home, and the first node of the key's preference that isn't the writer has the backup. */
record RingPlacement(Ring ring) implements Placement {
    @Override
    public NodeId home(Bytes key) {
        return ring.owner(key);
    }

    @Override
    public Optional<NodeId> backup(Bytes key, NodeId writer) {
        for (NodeId node : ring.preference(key, 2)) {
            if (!node.equals(writer)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }
}
