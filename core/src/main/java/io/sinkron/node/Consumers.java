package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockCommand;
import io.sinkron.node.Reads.Question;
import io.sinkron.queue.QueueRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Dequeues that name a session, until it is known to be alive. This node's copy of the lock table may lag behind the one where the session was just
 * opened, so what it doesn't know is read where it is certain.
 */
final class Consumers {
    private final Map<Long, Call.Queue> checking = new HashMap<>();
    private final Services services;
    private final Reads reads;
    private final Outputs outputs;

    Consumers(Services services, Reads reads, Outputs outputs) {
        this.services = services;
        this.reads = reads;
        this.outputs = outputs;
    }

    /** A call of a queue: goes to the broker at once, unless it names a session that this node doesn't know. */
    void call(Call.Queue call, ReplicatedState state, long now) {
        boolean isKnown = !(call.request() instanceof QueueRequest.Dequeue dequeue)
                || dequeue.consumer().isEmpty()
                || state.locks().hasSession(dequeue.consumer());
        if (isKnown) {
            services.call(call, now);
            return;
        }
        checking.put(call.id(), call);
        LockCommand read = new LockCommand.ReadSessions(((QueueRequest.Dequeue) call.request()).consumer());
        reads.submit(new Question.OfCall(call.id(), read), call.deadlineNanos(), now)
                .ifPresent(refusal -> end(call.id(), refusal));
    }

    /** It is known whether the session of a call is alive, or the call's time is over. False if no such call waits here. */
    boolean checked(long call, Answer answer, long now) {
        Call.Queue waiting = checking.remove(call);
        if (waiting != null && answer instanceof Refusal) {
            outputs.complete(call, answer);
        } else if (waiting != null) {
            services.call(waiting, now);
        }
        return waiting != null;
    }

    /** The client of a call gave up. */
    void cancel(long call) {
        end(call, new Refusal.Cancelled());
    }

    private void end(long call, Answer answer) {
        if (checking.remove(call) != null) {
            outputs.complete(call, answer);
        }
    }
}
