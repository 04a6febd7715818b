package io.sinkron.spi;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a {@link QueueOp} is answered with. All times are in milliseconds of the store's own clock. Immutable. */
public sealed interface QueueAnswer extends Answer {
    /** The queue is claimed for this epoch. */
    record Claimed(long epoch) implements QueueAnswer {}

    /** The settings now in force. */
    record Configured(QueueSettings settings) implements QueueAnswer {}

    /** The messages are stored, in the order they were given. */
    record Enqueued(List<Item> items) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Enqueued {
            items = List.copyOf(items);
        }

        /**
         * @param id of the message that is stored
         * @param deduplicated whether it was there before
         */
        public record Item(String id, boolean deduplicated) {}
    }

    /**
     * @param nextDueMillis in how many milliseconds something becomes due (a delay, a delivery's end, an expiry), -1 for nothing
     * @param movesPending whether {@link QueueOp.TakeMoves} would show any
     */
    record Received(List<Delivery> deliveries, long nextDueMillis, boolean movesPending) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Received {
            deliveries = List.copyOf(deliveries);
        }
    }

    /** For acks: so many were removed; the others name no delivery that is still open. */
    record Acked(int count, List<String> stale) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Acked {
            stale = List.copyOf(stale);
        }
    }

    /** For nacks and {@link QueueOp.ReturnConsumer}: so many were given back. */
    record Returned(int count, List<String> stale, boolean movesPending) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Returned {
            stale = List.copyOf(stale);
        }
    }

    /** For extensions: so many were extended. */
    record Extended(int count, List<String> stale) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Extended {
            stale = List.copyOf(stale);
        }
    }

    /**
     * @param ready how many messages may be delivered now
     * @param nextDueMillis as in {@link Received}
     * @param movesPending as in {@link Received}
     */
    record Swept(long ready, long nextDueMillis, boolean movesPending) implements QueueAnswer {}

    /** The messages looked at. */
    record Peeked(List<Delivery> messages) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Peeked {
            messages = List.copyOf(messages);
        }
    }

    /**
     * @param dead how many messages were moved to the dead-letter queue or dropped as dead since the queue was made
     * @param oldestAgeMillis the age of the oldest message, 0 for an empty queue
     */
    record Counted(
            long ready,
            long delayed,
            long inFlight,
            long dead,
            long oldestAgeMillis,
            boolean paused,
            QueueSettings settings)
            implements QueueAnswer {}

    /** So many were removed. */
    record Purged(long count) implements QueueAnswer {}

    /** Done, nothing to say ({@link QueueOp.Drop}, {@link QueueOp.Pause}, {@link QueueOp.ForgetMoves}). */
    record Done() implements QueueAnswer {}

    /** So many were marked as leaving. */
    record Redriven(long count) implements QueueAnswer {}

    /** Messages on their way to another queue. */
    record Moves(List<Move> moves) implements QueueAnswer {
        /** Takes an immutable copy. */
        public Moves {
            moves = List.copyOf(moves);
        }

        /**
         * @param id of the message here; its dedup id there, so that a repeated move stores it once
         * @param to the other queue
         * @param message as it is to be put there, headers added
         */
        public record Move(String id, String to, NewMessage message) {}
    }

    /**
     * A message as a consumer gets it. In a {@link Peeked} answer the receipt is empty.
     *
     * @param deliveries how often it has been delivered, this one included
     * @param visibleUntilMillis when this delivery ends by itself (for a delayed message: when it is due; for a ready one 0)
     */
    record Delivery(
            String id,
            String receipt,
            Bytes body,
            Map<String, String> headers,
            int priority,
            Optional<String> group,
            int deliveries,
            long enqueuedAtMillis,
            long visibleUntilMillis) {}

    /**
     * The store knows another owner: nothing was done. A greater epoch means that the caller was replaced; a lower one that the store lost
     * its last writes or that the queue wasn't claimed.
     *
     * @param storedEpoch what the store has, 0 for none
     */
    record StaleEpoch(long storedEpoch) implements QueueAnswer, Refusal {
        @Override
        public String code() {
            return "unavailable";
        }

        @Override
        public String detail() {
            return "The queue's owner is moving: the store has epoch " + storedEpoch;
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** There is no queue of that name. */
    record NoSuchQueue(String queue) implements QueueAnswer, Refusal {
        @Override
        public String code() {
            return "no-such-queue";
        }

        @Override
        public String detail() {
            return "There is no queue '" + queue + "'";
        }
    }

    /** The queue has no room for these messages: none was stored. */
    record QueueFull(long maxLength) implements QueueAnswer, Refusal {
        @Override
        public String code() {
            return "queue-full";
        }

        @Override
        public String detail() {
            return "The queue holds its maximum of " + maxLength + " messages";
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** The key was used for another request. */
    record IdempotencyMismatch(String key) implements QueueAnswer, Refusal {
        @Override
        public String code() {
            return "idempotency-mismatch";
        }

        @Override
        public String detail() {
            return "The idempotency key '" + key + "' was used for another request";
        }
    }
}
