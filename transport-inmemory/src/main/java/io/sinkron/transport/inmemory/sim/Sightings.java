package io.sinkron.transport.inmemory.sim;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeEvent;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.WorldObserver;

/** Counts what nodes do that a run ought to have reached. */
final class Sightings implements WorldObserver {
    private final Marks marks;

    Sightings(Marks marks) {
        this.marks = marks;
    }

    @Override
    public void writing(NodeId node, RaftEffects.Write write) {
        if (write.snapshot().isPresent()) {
            marks.reached("snapshot saved");
        }
    }

    @Override
    public void sent(NodeId from, NodeId to, Message message) {
        if (message instanceof RaftMessage.InstallSnapshot) {
            marks.reached("snapshot piece sent");
        } else if (message instanceof RaftMessage.PreVoteResponse answer && !answer.granted()) {
            marks.reached("pre-vote refused");
        } else if (message instanceof RaftMessage.AppendRejected) {
            marks.reached("append rejected");
        }
    }

    @Override
    public void published(NodeId node, NodeEvent event) {
        if (event instanceof NodeEvent.ViewChanged changed) {
            marks.reached(changed.active() ? "view activated" : "view prepared");
        } else if (event instanceof NodeEvent.LineInvalidated) {
            marks.reached("line invalidated");
        } else if (event instanceof NodeEvent.LeaseLost) {
            marks.reached("lease lost");
        } else if (event instanceof NodeEvent.QueueMoved) {
            marks.reached("queue moved");
        } else if (event instanceof NodeEvent.LeaderChanged) {
            marks.reached("leader changed");
        }
    }
}
