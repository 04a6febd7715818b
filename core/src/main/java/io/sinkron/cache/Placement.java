package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.Optional;

/** Which node does what for a key, in one active view. Pure. */
interface Placement {
    /** The ordering point of the key. */
    NodeId home(Bytes key);

    /** Who holds the writer's backup of the key; empty if there is no other node. */
    Optional<NodeId> backup(Bytes key, NodeId writer);
}
