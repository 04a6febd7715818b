package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;

/** A call that began at this node, until it is completed. Changed by the broker and its streams. */
final class OpenCall extends Timers.Timed {
    /** Where a call stands. */
    enum Stage {
        /** Waits for a view that tells the owner. */
        HELD,
        /** At this node's own desk. */
        LOCAL,
        /** Sent to the owner. */
        SENT,
        /** Completed, while the owner may still hold a waiting consumer or a delivery for it. */
        ABANDONED
    }

    /** The client's number, or the broker's own if it is an errand. */
    final long id;

    final String queue;
    final QueueRequest request;
    final long deadline;
    final long waitEnd;

    /** Null for a client's call. */
    final Errand errand;

    Stage stage = Stage.HELD;

    /** The least epoch of a view to look for the owner in. */
    long heldFor;

    /** Whether some earlier try may have had its effect. */
    boolean maybeDone;

    /** While {@code SENT} or {@code ABANDONED}: the node that it was sent to, the stream's number, and its own there. */
    NodeId owner;

    long stream;
    long sequence;
    int resends;
    long resendAt;
    long abandonedUntil;

    OpenCall(long serial, long id, String queue, QueueRequest request, long deadline, Errand errand, long now) {
        super(serial);
        this.id = id;
        this.queue = queue;
        this.request = request;
        this.deadline = deadline;
        this.errand = errand;
        this.waitEnd = request instanceof QueueRequest.Dequeue dequeue ? now + dequeue.waitMillis() * 1_000_000 : now;
    }

    boolean isDequeue() {
        return request instanceof QueueRequest.Dequeue;
    }

    /** The request as it is to be made now: a consumer doesn't wait longer because its owner changed. */
    QueueRequest remaining(long now) {
        if (request instanceof QueueRequest.Dequeue dequeue) {
            long waitMillis = Math.max(0, (waitEnd - now) / 1_000_000);
            return waitMillis == dequeue.waitMillis()
                    ? dequeue
                    : new QueueRequest.Dequeue(
                            dequeue.max(), waitMillis, dequeue.visibilityMillis(), dequeue.consumer());
        }
        return request;
    }

    /** What the client is told when the deadline comes. */
    Answer atDeadline() {
        if ((maybeDone || stage == Stage.SENT) && !RequestRules.isHarmless(request)) {
            return new Refusal.OutcomeUnknown("the answer of the queue's owner");
        }
        return new Refusal.Unavailable(stage == Stage.HELD ? "owner-moving" : "owner-silent", 200);
    }
}
