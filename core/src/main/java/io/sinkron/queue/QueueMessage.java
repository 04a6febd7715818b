package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.common.Message;
import java.util.List;
import java.util.Objects;

/**
 * What brokers say to each other. A <em>stream</em> is one direction of requests between one start of the sender and one start of the receiver: the
 * sender draws a random number for it and counts requests from 1, so that the receiver does each one at most once and gives the same reply
 * to its repetition. Immutable.
 */
public sealed interface QueueMessage extends Message {
    /** The stream's number, given by the side that asks: greater than those of all streams that it began before, in earlier starts too. */
    long stream();

    /**
     * Calls handed to the owner of their queues.
     *
     * @param target the incarnation of the receiver that is meant; another one leaves the message alone
     * @param epoch the view by which the sender found the owner
     * @param requests in order of their sequences
     * @param cancelled sequences of waiting requests whose consumers are gone; each is replied to
     * @param settled sequences whose replies have arrived, so that they may be forgotten
     */
    record Requests(
            long stream, long target, long epoch, List<Request> requests, List<Long> cancelled, List<Long> settled)
            implements QueueMessage {
        /** Takes immutable copies. */
        public Requests {
            requests = List.copyOf(requests);
            cancelled = List.copyOf(cancelled);
            settled = List.copyOf(settled);
        }
    }

    /** Ends of requests, in the order in which they ended. */
    record Replies(long stream, List<Reply> replies) implements QueueMessage {
        /** Takes an immutable copy. */
        public Replies {
            replies = List.copyOf(replies);
        }
    }

    /**
     * One call of a client at another node.
     *
     * @param sequence in the stream, from 1
     * @param remainingMillis how long its caller waits for an answer, from now on
     */
    record Request(long sequence, long remainingMillis, String queue, QueueRequest request) {
        /** Rejects missing parts. */
        public Request {
            Objects.requireNonNull(queue, "queue");
            Objects.requireNonNull(request, "request");
        }
    }

    /** How a request ended. */
    sealed interface Reply {
        /** In the stream. */
        long sequence();
    }

    /** The request's answer. */
    record Answered(long sequence, Answer answer) implements Reply {
        /** Rejects a missing answer. */
        public Answered {
            Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * The receiver isn't, or is no longer, the owner.
     *
     * @param epoch of a view in which another node may be the owner: ask again once that view is known
     * @param maybeDone false if the request had no effect; true if nobody knows, for requests that may be repeated
     */
    record NotOwner(long sequence, long epoch, boolean maybeDone) implements Reply {}
}
