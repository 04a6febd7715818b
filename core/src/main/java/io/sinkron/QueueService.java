package io.sinkron;

import io.sinkron.queue.QueueReply.Description;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Acked;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueAnswer.Enqueued;
import io.sinkron.spi.QueueAnswer.Extended;
import io.sinkron.spi.QueueAnswer.Returned;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Queues with at-least-once delivery. Any node takes any call; the queue's owner on the ring does it. Thread-safe; every stage ends by its
 * timeout, and fails with a {@link SinkronException}.
 */
public interface QueueService {
    /** Creates a queue or replaces its settings. */
    CompletionStage<QueueSettings> configure(String queue, QueueSettings settings, CallOptions options);

    /** Stores messages, all or none, creating the queue if need be; done once the store has them. */
    CompletionStage<Enqueued> enqueue(String queue, List<NewMessage> messages, CallOptions options);

    /** {@link #enqueue} for one message with every default, blocking; returns its id. */
    default String send(String queue, byte[] body) {
        NewMessage message = NewMessage.of(io.sinkron.common.Bytes.copyOf(body));
        return Blocking.join(() -> enqueue(queue, List.of(message), CallOptions.DEFAULT))
                .items()
                .get(0)
                .id();
    }

    /**
     * Takes messages, waiting for the first one if need be. Each stays invisible to others until it is acknowledged or its visibility timeout is
     * over.
     *
     * @param max 1 to 1 000
     * @param wait at most 30 seconds
     * @param visibility for these deliveries; zero for the queue's own
     * @param session whose end returns the deliveries; empty for none
     */
    CompletionStage<List<Delivery>> dequeue(
            String queue, int max, Duration wait, Duration visibility, String session, CallOptions options);

    /** {@link #dequeue} for one consumer without a session, blocking. */
    default List<Delivery> receive(String queue, int max, Duration wait) {
        return Blocking.join(() -> dequeue(queue, max, wait, Duration.ZERO, "", CallOptions.DEFAULT));
    }

    /** Removes delivered messages for good. */
    CompletionStage<Acked> ack(String queue, List<String> receipts, CallOptions options);

    /** {@link #ack} for one delivery, blocking; false if it had timed out and been delivered anew. */
    default boolean ack(String queue, Delivery delivery) {
        return Blocking.join(() -> ack(queue, List.of(delivery.receipt()), CallOptions.DEFAULT))
                        .count()
                == 1;
    }

    /** Gives deliveries back. */
    CompletionStage<Returned> nack(
            String queue,
            List<String> receipts,
            Duration delay,
            boolean deadLetter,
            String reason,
            CallOptions options);

    /**
     * Gives back deliveries that never reached their consumer, such as those of a client that hung up: at once, to their old place, and not counted as failed.
     */
    CompletionStage<Void> giveBack(String queue, List<String> receipts, CallOptions options);

    /** Lets deliveries stay invisible for so long from now. */
    CompletionStage<Extended> extend(String queue, List<String> receipts, Duration visibility, CallOptions options);

    /** All queues' names, sorted. */
    CompletionStage<List<String>> queues(CallOptions options);

    /** A queue's numbers. */
    CompletionStage<Description> describe(String queue, CallOptions options);

    /** Looks at messages without delivering them. */
    CompletionStage<List<Delivery>> peek(String queue, MessageState state, int limit, CallOptions options);

    /** Removes all messages; returns how many. */
    CompletionStage<Long> purge(String queue, CallOptions options);

    /** Removes a queue. */
    CompletionStage<Void> drop(String queue, CallOptions options);

    /** Stops or resumes deliveries. */
    CompletionStage<Void> pause(String queue, boolean paused, CallOptions options);

    /** Moves up to {@code max} ready messages (0: all) to another queue; returns how many. */
    CompletionStage<Long> redrive(String queue, String to, int max, CallOptions options);
}
