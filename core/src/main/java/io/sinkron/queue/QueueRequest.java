package io.sinkron.queue;

import io.sinkron.spi.QueueOp;

/** What a client asks of a queue, at any node. Immutable. */
public sealed interface QueueRequest {
    /** One operation of the store, done by the queue's owner. Not {@link QueueOp.Claim}, {@code Sweep}, or the moves: those are the owner's. */
    record Operate(QueueOp operation) implements QueueRequest {}

    /**
     * Delivers messages, and waits for the first one if there is none.
     *
     * @param max 1 to 1 000
     * @param waitMillis how long to wait for a first message, 0 to 30 000
     * @param visibilityMillis how long deliveries stay invisible; 0 for the queue's own timeout
     * @param consumer the session whose end returns the deliveries; empty for none
     */
    record Dequeue(int max, long waitMillis, long visibilityMillis, String consumer) implements QueueRequest {}

    /** The queue's numbers, with its owner and epoch. */
    record Describe() implements QueueRequest {}
}
