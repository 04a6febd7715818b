package io.sinkron.queue;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The requests of this node to one start of another node; see {@link QueueMessage}. */
final class OutStream {
    final NodeId to;

    /** The incarnation that is meant. */
    final long target;

    final long number;
    final Map<Long, OpenCall> open = new HashMap<>();
    final List<OpenCall> toSend = new ArrayList<>();
    final List<Long> toCancel = new ArrayList<>();
    final List<Long> settled = new ArrayList<>();
    long nextSequence = 1;
    long settleAt;

    OutStream(NodeId to, long target, long number) {
        this.to = to;
        this.target = target;
        this.number = number;
    }
}
