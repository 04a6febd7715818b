package io.sinkron.queue;

import io.sinkron.queue.OwnedQueue.Purpose;
import io.sinkron.queue.OwnedQueue.Step;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Forms the next call to the store for a queue. What gathered while the last call was under way goes together, within the bounds, in this
 * order: the claim, if this node hasn't made it; a sweep; the end of moves; requests in the order of their coming; receives for waiting
 * consumers, last, so that what the requests made ready reaches them in the same call; the next moves.
 */
final class BatchMaker {
    /** How many messages a sweep of the owner touches at most: with the receive's own, half a thousand a call. */
    static final int SWEEP_LIMIT = 256;

    /** How many moves the owner looks at together. */
    static final int MOVES_LIMIT = 64;

    /** More consumers than this aren't woken on a guess. */
    static final int MAX_WAKE_HINT = 64;

    private final QueueBrokerOptions options;
    private final Nonces nonces;

    BatchMaker(QueueBrokerOptions options, Nonces nonces) {
        this.options = options;
        this.nonces = nonces;
    }

    /** The steps of the next call, marked as under way; empty if there is nothing to do. */
    List<Step> next(OwnedQueue queue) {
        List<Step> steps = new ArrayList<>();
        if (queue.claim == 0 && needsClaim(queue)) {
            steps.add(new Step(Purpose.CLAIM, new QueueOp.Claim(), null));
            addSweep(queue, steps);
        } else if (queue.isSweepDue) {
            addSweep(queue, steps);
        }
        if (!queue.arrived.isEmpty()) {
            steps.add(new Step(Purpose.FORGET_MOVES, new QueueOp.ForgetMoves(queue.arrived), null));
        }
        addRequests(queue, steps);
        addWakes(queue, steps);
        if (queue.hasMoves && queue.transfer == null && !queue.isMoveBackingOff) {
            steps.add(new Step(Purpose.TAKE_MOVES, new QueueOp.TakeMoves(MOVES_LIMIT), null));
        }
        return steps;
    }

    private static boolean needsClaim(OwnedQueue queue) {
        return queue.isSweepDue
                || !queue.pending.isEmpty()
                || !queue.parked.isEmpty()
                || !queue.arrived.isEmpty()
                || queue.hasMoves;
    }

    private static void addSweep(OwnedQueue queue, List<Step> steps) {
        queue.isSweepDue = false;
        steps.add(new Step(Purpose.SWEEP, new QueueOp.Sweep(SWEEP_LIMIT), null));
    }

    private void addRequests(OwnedQueue queue, List<Step> steps) {
        long bytes = 0;
        Iterator<Work> pending = queue.pending.iterator();
        while (pending.hasNext() && steps.size() + 2 < options.maxBatchOperations()) {
            Work work = pending.next();
            if (bytes > 0 && bytes + work.sizeBytes > options.maxBatchBytes()) {
                return;
            }
            bytes += work.sizeBytes;
            pending.remove();
            work.stage = Work.Stage.IN_STORE;
            if (work.looks() && !endsWithSweep(steps)) {
                addSweep(queue, steps);
            }
            steps.add(new Step(Purpose.REQUEST, work.operation(nonces), work));
            hint(queue, readied(work.request));
        }
    }

    private static boolean endsWithSweep(List<Step> steps) {
        return !steps.isEmpty() && steps.get(steps.size() - 1).purpose() == Purpose.SWEEP;
    }

    private void addWakes(OwnedQueue queue, List<Step> steps) {
        int room = options.maxBatchOperations() - 1 - steps.size();
        int wakes = Math.min(room, queue.wakeHint);
        Iterator<Work> parked = queue.parked.iterator();
        while (wakes > 0 && parked.hasNext()) {
            Work work = parked.next();
            work.stage = Work.Stage.WAKING;
            steps.add(new Step(Purpose.WAKE, work.operation(nonces), work));
            wakes--;
        }
    }

    /** Raises the guess for how many waiting consumers there may be a message. */
    static void hint(OwnedQueue queue, long messages) {
        queue.wakeHint = (int) Math.min(MAX_WAKE_HINT, queue.wakeHint + messages);
    }

    /** How many messages a request may make ready; a group's next one, for an ack. */
    private static int readied(QueueRequest request) {
        if (!(request instanceof QueueRequest.Operate operate)) {
            return 0;
        } else if (operate.operation() instanceof QueueOp.Enqueue enqueue) {
            return enqueue.messages().size();
        } else if (operate.operation() instanceof QueueOp.Nack nack) {
            return nack.receipts().size();
        } else if (operate.operation() instanceof QueueOp.Ack ack) {
            return ack.receipts().size();
        } else if (operate.operation() instanceof QueueOp.ReturnConsumer
                || operate.operation() instanceof QueueOp.Pause pause && !pause.paused()) {
            return MAX_WAKE_HINT;
        }
        return 0;
    }
}
