package io.sinkron.queue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All there is to know about one queue. Canonical: equal queues have equal snapshots. Immutable.
 *
 * @param name of the queue
 * @param epoch of the last claim; kept even where the queue doesn't exist
 * @param contents empty if the queue doesn't exist
 */
public record QueueSnapshot(String name, long epoch, Optional<Contents> contents) {
    /**
     * The inside of a queue that exists.
     *
     * @param timeMillis the greatest time seen
     * @param sequence of the last message stored
     * @param dead how many died since the queue was made
     * @param messages in order of the enqueue
     * @param dedups in order of their times
     * @param requests in order of their times
     * @param moves in order of their leaving
     */
    public record Contents(
            QueueSettings settings,
            boolean paused,
            long timeMillis,
            long sequence,
            long dead,
            List<Message> messages,
            List<Dedup> dedups,
            List<Request> requests,
            List<QueueAnswer.Moves.Move> moves) {
        /** Takes immutable copies. */
        public Contents {
            messages = List.copyOf(messages);
            dedups = List.copyOf(dedups);
            requests = List.copyOf(requests);
            moves = List.copyOf(moves);
        }
    }

    /**
     * One message.
     *
     * @param expiresMillis 0 for never
     * @param dueMillis when its delay or its delivery ends; 0 while it is ready
     * @param receipt of its open delivery, or of one that timed out and was not followed by another; empty for none
     * @param consumer whose end returns the delivery; empty for nobody
     */
    public record Message(
            String id,
            long sequence,
            Bytes body,
            Map<String, String> headers,
            int priority,
            Optional<String> group,
            long enqueuedMillis,
            long expiresMillis,
            MessageState state,
            long dueMillis,
            int deliveries,
            String receipt,
            String consumer) {}

    /** A dedup id, the message that was stored for it, and when. */
    public record Dedup(String dedupId, String messageId, long sinceMillis) {}

    /** An idempotency key, the request's fingerprint, the answer to give again, and since when. */
    public record Request(String key, long fingerprint, QueueAnswer.Enqueued answer, long sinceMillis) {}
}
