package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.node.Node;
import io.sinkron.node.NodeEvent;
import io.sinkron.raft.RaftEffects;
import io.sinkron.spi.LogStore;

/**
 * Sees what nodes do, from outside: enough to know each node's log, in memory and on disk, without asking it. Called in the order of the
 * events; may throw a {@link Violation}.
 */
public interface WorldObserver {
    /** A node has started with what its disk held. */
    default void started(NodeId node, LogStore.Recovered recovered) {}

    /** A node has asked for a write; it is in the node's log from now on, but not durable. */
    default void writing(NodeId node, RaftEffects.Write write) {}

    /** A node's log store said that this write and all before it are durable. */
    default void durable(NodeId node, long sequence) {}

    /** A message has left a node. */
    default void sent(NodeId from, NodeId to, Message message) {}

    /** A node takes a message from its mailbox. */
    default void received(NodeId node, NodeId from, Message message) {}

    /** A node told its listeners something. */
    default void published(NodeId node, NodeEvent event) {}

    /** A node has ended a turn; all its effects are performed. */
    default void turned(NodeId node, Node machine) {}

    /** The disk of a node that is down was replaced by an empty one. */
    default void wiped(NodeId node) {}

    /** A node is gone, with everything that it had in memory. */
    default void stopped(NodeId node) {}
}
