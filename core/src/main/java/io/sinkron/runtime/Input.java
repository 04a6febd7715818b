package io.sinkron.runtime;

import io.sinkron.node.Node;

/** Something that the event loop hands to the node. */
@FunctionalInterface
interface Input {
    void enter(Node node, long now);
}
