package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.queue.Work.Stage;
import java.util.ArrayDeque;

/**
 * The owner's bookkeeping: which requests have ended, which consumers are parked, and when something is due. It decides nothing but the
 * order in which timers fire.
 */
final class OwnerLedger {
    private static final long MILLISECOND = 1_000_000;

    /** After a change the queue's retention may make something due that nobody has told of. */
    private static final long UNTOLD_NANOS = 1_000 * MILLISECOND;

    private final QueueBrokerOptions options;
    private final Timers<Work> works = new Timers<>();
    private final Timers<OwnedQueue> queues = new Timers<>();
    private final ArrayDeque<Work> finished = new ArrayDeque<>();
    private final ArrayDeque<Errand> errands = new ArrayDeque<>();
    private int parkedCount;

    OwnerLedger(QueueBrokerOptions options) {
        this.options = options;
    }

    // ---- ends

    void finish(Work work, Answer answer) {
        work.answer = answer;
        end(work);
        finished.add(work);
    }

    /** Hands a request back: the owner in a view of this epoch is to do it. */
    void finishMoved(Work work, long epoch) {
        work.answer = null;
        work.movedEpoch = epoch;
        end(work);
        finished.add(work);
    }

    /** Forgets a request whose caller is gone. */
    void end(Work work) {
        work.stage = Stage.FINISHED;
        works.disarm(work);
    }

    /** Takes the next request that has ended; null for none. */
    Work pollFinished() {
        return finished.poll();
    }

    void send(Errand errand) {
        errands.add(errand);
    }

    /** Takes the next thing that is to be asked of another queue; null for none. */
    Errand pollErrand() {
        return errands.poll();
    }

    // ---- consumers that wait

    boolean canPark() {
        return parkedCount < options.maxParked();
    }

    void park(OwnedQueue queue, Work work, long now) {
        work.stage = Stage.PARKED;
        queue.parked.add(work);
        parkedCount++;
        works.arm(work, work.waitEnd);
        if (!queue.hasSweepAt) {
            sweepBy(queue, now + options.guardNanos());
        }
    }

    void unpark(OwnedQueue queue, Work work) {
        if (queue.parked.remove(work)) {
            parkedCount--;
        }
    }

    // ---- answers that wait for moves

    void hold(OwnedQueue queue, Work work, Answer answer, long now) {
        work.answer = answer;
        work.stage = Stage.HOLDING;
        queue.holding.add(work);
        long until = now + options.moveHoldNanos();
        works.arm(work, work.deadline - until < 0 ? work.deadline : until);
    }

    void releaseHolding(OwnedQueue queue) {
        for (Work work : queue.holding) {
            if (!work.isFinished()) {
                finish(work, work.answer);
            }
        }
        queue.holding.clear();
    }

    // ---- time

    void armDeadline(Work work) {
        works.arm(work, work.deadline);
    }

    /** Takes the next request whose time has come; null for none. */
    Work pollWork(long now) {
        return works.poll(now);
    }

    /** Takes the next queue whose time has come; null for none. */
    OwnedQueue pollQueue(long now) {
        return queues.poll(now);
    }

    long earliest(long other) {
        return queues.earliest(works.earliest(other));
    }

    void forget(OwnedQueue queue) {
        queues.disarm(queue);
    }

    /** The store has said when the next thing in the queue is due, -1 for nothing. */
    void due(OwnedQueue queue, long nextDueMillis, long now) {
        if (nextDueMillis < 0) {
            queue.nothingDelivered();
        }
        if (nextDueMillis < 0 && queue.parked.isEmpty()) {
            queue.hasSweepAt = false;
        } else {
            long in = nextDueMillis < 0 ? options.guardNanos() : Math.max(1, nextDueMillis) * MILLISECOND;
            queue.hasSweepAt = true;
            queue.sweepAt = now + Math.min(in, options.guardNanos());
        }
        rearm(queue);
    }

    /** Something may be due at that time. */
    void sweepBy(OwnedQueue queue, long at) {
        if (!queue.hasSweepAt || at - queue.sweepAt < 0) {
            queue.hasSweepAt = true;
            queue.sweepAt = at;
            rearm(queue);
        }
    }

    /** Messages were changed; the soonest thing known to be due among them, 0 for nothing known. */
    void dueIn(OwnedQueue queue, long soonestMillis, long now) {
        if (soonestMillis > 0) {
            sweepBy(queue, now + soonestMillis * MILLISECOND);
        } else if (!queue.hasSweepAt) {
            sweepBy(queue, now + UNTOLD_NANOS);
        }
    }

    /** Sets the queue's timer to the first of its times. */
    void rearm(OwnedQueue queue) {
        if (queue.isReleased) {
            queues.disarm(queue);
            return;
        }
        boolean isSet = false;
        long at = 0;
        if (queue.hasSweepAt) {
            at = queue.sweepAt;
            isSet = true;
        }
        if (queue.isBackingOff && (!isSet || queue.backoffUntil - at < 0)) {
            at = queue.backoffUntil;
            isSet = true;
        }
        if (queue.isMoveBackingOff && (!isSet || queue.moveBackoffUntil - at < 0)) {
            at = queue.moveBackoffUntil;
            isSet = true;
        }
        if (isSet) {
            queues.arm(queue, at);
        } else {
            queues.disarm(queue);
        }
    }
}
