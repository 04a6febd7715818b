package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.spi.QueueOp;
import java.util.List;

/** What a turn of {@link QueueBroker} asks the outside to do. Immutable. */
public sealed interface QueueEffect {
    /** Send a message to another node; it may get lost, come twice, or late. */
    record Send(NodeId to, QueueMessage message) implements QueueEffect {}

    /**
     * Call the queue store; then {@link QueueBroker#stored} or {@link QueueBroker#failed} with the number. No two calls of one queue are
     * under way at once while this node owns it.
     */
    record Store(long operation, String queue, long epoch, List<QueueOp> operations) implements QueueEffect {
        /** Takes an immutable copy. */
        public Store {
            operations = List.copyOf(operations);
        }
    }

    /** End a client's call; the only end it has. */
    record Complete(long call, Answer answer) implements QueueEffect {}

    /** This node has claimed the queue in this epoch and serves it from now on. For whoever listens; nothing depends on it. */
    record Moved(String queue, long epoch) implements QueueEffect {}
}
