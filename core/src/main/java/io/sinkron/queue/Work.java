package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.List;

/** A request at the owner of its queue, from here or from another node, until it is finished. Changed by {@link OwnerDesk} only. */
final class Work extends Timers.Timed {
    /** Where a request stands. */
    enum Stage {
        /** Waits for its turn at the store. */
        PENDING,
        /** In a call to the store. */
        IN_STORE,
        /** A consumer that waits for a message. */
        PARKED,
        /** A waiting consumer that a message may be there for: in a call to the store. */
        WAKING,
        /** Done; its answer waits until the messages that it sent away have arrived. */
        HOLDING,
        /** Has its end. */
        FINISHED
    }

    private static final Answer NOTHING_RECEIVED = new QueueAnswer.Received(List.of(), -1, false);
    private static final long RETRY_MILLIS = 200;

    final String queue;
    final QueueRequest request;
    final int sizeBytes;

    /** When its caller stops waiting for any answer. */
    final long deadline;

    /** When its caller is content with no messages. */
    final long waitEnd;

    /** The call of this node that it belongs to; null if it came from another node. */
    final OpenCall call;

    /** The node that it came from; null for this node. */
    final NodeId sender;

    /** With a sender, the number of the stream and the sequence in it. */
    final long stream;

    final long sequence;

    Stage stage = Stage.PENDING;

    /** Whether an earlier try at the store may have had its effect. */
    boolean maybeDone;

    /** How it ended; null while it hasn't, and if another node is to do it. */
    Answer answer;

    /** If another node is to do it, the epoch of a view to look for the owner in. */
    long movedEpoch;

    /** A request of this node. */
    Work(long serial, OpenCall call, long now) {
        this(serial, call.queue, call.remaining(now), call.deadline, now, call, null, 0, 0);
        this.maybeDone = call.maybeDone;
    }

    /** A request of another node. */
    Work(long serial, NodeId sender, long stream, QueueMessage.Request request, long now) {
        this(
                serial,
                request.queue(),
                request.request(),
                now + request.remainingMillis() * 1_000_000,
                now,
                null,
                sender,
                stream,
                request.sequence());
    }

    private Work(
            long serial,
            String queue,
            QueueRequest request,
            long deadline,
            long now,
            OpenCall call,
            NodeId sender,
            long stream,
            long sequence) {
        super(serial);
        this.queue = queue;
        this.request = request;
        this.sizeBytes = RequestRules.sizeBytes(request);
        this.deadline = deadline;
        this.call = call;
        this.sender = sender;
        this.stream = stream;
        this.sequence = sequence;
        this.waitEnd = request instanceof QueueRequest.Dequeue dequeue
                ? earlier(now + dequeue.waitMillis() * 1_000_000, deadline)
                : now;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    boolean isFinished() {
        return stage == Stage.FINISHED;
    }

    boolean waits(long now) {
        return waitEnd - now > 0;
    }

    /** The operation that the store is asked for; a dequeue and a receive get a nonce of their own each time. */
    QueueOp operation(Nonces nonces) {
        if (request instanceof QueueRequest.Dequeue dequeue) {
            return new QueueOp.Receive(dequeue.max(), dequeue.visibilityMillis(), dequeue.consumer(), nonces.next());
        } else if (request instanceof QueueRequest.Operate operate) {
            return operate.operation();
        }
        return new QueueOp.Stats();
    }

    /** Whether what is due is to be made ready before, so that the answer is of this moment. */
    boolean looks() {
        return !(request instanceof QueueRequest.Dequeue) && RequestRules.isHarmless(request);
    }

    /** What its caller is told when the deadline comes. */
    Answer atDeadline() {
        boolean mayHaveHappened = maybeDone || stage == Stage.IN_STORE;
        if (stage == Stage.HOLDING) {
            return answer;
        } else if (stage == Stage.PARKED || stage == Stage.WAKING) {
            return NOTHING_RECEIVED;
        } else if (mayHaveHappened && !RequestRules.isHarmless(request)) {
            return new Refusal.OutcomeUnknown("the queue store's answer");
        }
        return new Refusal.Unavailable("queue-store", RETRY_MILLIS);
    }
}
