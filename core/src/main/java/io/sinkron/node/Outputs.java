package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What a turn of the node has asked for so far, and what it has said to itself. */
final class Outputs {
    private final NodeId self;
    private final List<NodeEffect> effects = new ArrayList<>();
    private final ArrayDeque<Message> toSelf = new ArrayDeque<>();

    Outputs(NodeId self) {
        this.self = self;
    }

    /** A message to a node; one to this node itself is delivered within the turn. */
    void send(NodeId to, Message message) {
        if (to.equals(self)) {
            toSelf.add(message);
        } else {
            effects.add(new NodeEffect.Send(to, message));
        }
    }

    void complete(long call, Answer answer) {
        effects.add(new NodeEffect.Complete(call, answer));
    }

    void publish(NodeEvent event) {
        effects.add(new NodeEffect.Publish(event));
    }

    void add(NodeEffect effect) {
        effects.add(effect);
    }

    /** The next message to this node itself, or null. */
    Message pollToSelf() {
        return toSelf.poll();
    }

    /** Takes all effects, in order. */
    List<NodeEffect> take() {
        List<NodeEffect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }
}
