package io.sinkron.transport.inmemory.sim;

import io.sinkron.cache.CacheMessage;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeEvent;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.Violation;
import io.sinkron.transport.inmemory.sim.world.WorldObserver;

/** What a node's own auditor finds breaks a run: either the cache isn't coherent, or the auditor has raised a false alarm. */
final class AuditFindings implements WorldObserver {
    private final Marks marks;

    AuditFindings(Marks marks) {
        this.marks = marks;
    }

    @Override
    public void sent(NodeId from, NodeId to, Message message) {
        if (message instanceof CacheMessage.AuditReply) {
            marks.reached("audit answered");
        }
    }

    @Override
    public void published(NodeId node, NodeEvent event) {
        if (event instanceof NodeEvent.LineIncoherent incoherent) {
            throw new Violation("audit", node + " has found " + incoherent.finding());
        }
    }
}
