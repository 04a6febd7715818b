package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.node.Node;

/** Something that a turn of a node's loop takes from its mailbox. */
@FunctionalInterface
interface NodeInput {
    /** Enters the machine at the node's present time. */
    void enter(Node machine, long nowNanos);
}
