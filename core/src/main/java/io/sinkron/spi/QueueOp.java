package io.sinkron.spi;

import io.sinkron.common.Bytes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One operation on one queue; each is atomic. {@code QueueTable} in {@code queue} is the reference of what each one means, and every
 * {@link QueueStore} answers the same. Whatever is random about an operation (message ids, receipts) comes with it as a nonce, so that
 * applying it is deterministic. Immutable.
 */
public sealed interface QueueOp {
    /**
     * Takes the queue for the epoch of the call: done if the stored epoch is lower or equal (a claim whose answer was lost is repeated),
     * refused with {@link QueueAnswer.StaleEpoch} if it is greater. The only operation that may change the stored epoch. It doesn't
     * create the queue.
     */
    record Claim() implements QueueOp {}

    /** Creates the queue or replaces its settings. */
    record Configure(QueueSettings settings) implements QueueOp {}

    /**
     * Stores messages, all or none, creating the queue if need be. Refused with {@link QueueAnswer.QueueFull} if they don't all fit.
     *
     * @param messages 1 to 1 000
     * @param remember with it, a repetition within 24 hours gets the first answer and no second effect
     * @param nonce 16 random bytes; part of the message ids
     */
    record Enqueue(List<NewMessage> messages, Optional<Remember> remember, Bytes nonce) implements QueueOp {
        /** Takes an immutable copy. */
        public Enqueue {
            messages = List.copyOf(messages);
            Objects.requireNonNull(remember, "remember");
            Objects.requireNonNull(nonce, "nonce");
        }
    }

    /**
     * Delivers up to {@code max} messages, after it has made ready what is due. An unknown queue gives none.
     *
     * @param max 1 to 1 000
     * @param visibilityMillis how long the deliveries stay invisible; 0 for the queue's own timeout
     * @param consumer whose end returns the deliveries ({@link ReturnConsumer}); empty for nobody
     * @param nonce 16 random bytes; part of the receipts
     */
    record Receive(int max, long visibilityMillis, String consumer, Bytes nonce) implements QueueOp {}

    /** Returns all deliveries of a consumer at once, as failed ones. */
    record ReturnConsumer(String consumer) implements QueueOp {}

    /** Removes delivered messages for good. */
    record Ack(List<String> receipts) implements QueueOp {
        /** Takes an immutable copy. */
        public Ack {
            receipts = List.copyOf(receipts);
        }
    }

    /**
     * Gives deliveries back: after a delay to their old place in the queue, or dead.
     *
     * @param delayMillis 0 to 30 days; -1 for deliveries that never reached their consumer: ready at once, and not counted as failed
     * @param deadLetter whether they are dead at once
     * @param reason for the dead letter's header
     */
    record Nack(List<String> receipts, long delayMillis, boolean deadLetter, String reason) implements QueueOp {
        /** Takes an immutable copy. */
        public Nack {
            receipts = List.copyOf(receipts);
        }
    }

    /** Lets deliveries stay invisible for so long from now on. */
    record Extend(List<String> receipts, long visibilityMillis) implements QueueOp {
        /** Takes an immutable copy. */
        public Extend {
            receipts = List.copyOf(receipts);
        }
    }

    /**
     * Makes ready what is due, ends deliveries that timed out, drops what has expired.
     *
     * @param limit the most messages to touch
     */
    record Sweep(int limit) implements QueueOp {}

    /** Looks at messages without delivering them, in the order in which they would come. */
    record Peek(MessageState state, int limit) implements QueueOp {}

    /** Counts. */
    record Stats() implements QueueOp {}

    /** Removes all ready, delayed and in-flight messages. */
    record Purge() implements QueueOp {}

    /** Removes the queue with all it knows; its stored epoch stays. */
    record Drop() implements QueueOp {}

    /** Stops or resumes deliveries; nothing else is touched. */
    record Pause(boolean paused) implements QueueOp {}

    /**
     * Marks up to {@code max} ready messages as leaving for another queue.
     *
     * @param max 0 for all
     */
    record Redrive(String to, int max) implements QueueOp {}

    /**
     * Shows messages on their way to another queue (dead letters and redriven ones): they are no longer in this one, and stay here until
     * {@link ForgetMoves} says that the other queue has them.
     */
    record TakeMoves(int limit) implements QueueOp {}

    /** Ends moves: the target has the messages. Unknown ids are passed over. */
    record ForgetMoves(List<String> ids) implements QueueOp {
        /** Takes an immutable copy. */
        public ForgetMoves {
            ids = List.copyOf(ids);
        }
    }

    /** Where a message of a queue stands. */
    enum MessageState {
        /** May be delivered. */
        READY,
        /** Hidden until its delay is over. */
        DELAYED,
        /** Delivered, neither acknowledged nor timed out. */
        IN_FLIGHT
    }

    /**
     * Names a request, so that its repetition has no second effect.
     *
     * @param key chosen by the client
     * @param fingerprint a hash of the request; the same key with another fingerprint is refused
     */
    record Remember(String key, long fingerprint) {}
}
