package io.sinkron.queue;

import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.queue.OwnedQueue.Purpose;
import io.sinkron.queue.OwnedQueue.Step;
import io.sinkron.queue.Work.Stage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The owner's side of the broker: gathers requests for each queue that this node owns, has one call to the store under way for each, parks
 * consumers that found nothing, and looks into a queue when something in it is due.
 *
 * <p>It serves a queue only while the active view makes this node its owner and the node's lease is valid, and only under its own claim:
 * the first call to the store after it became owner begins with one. What the store refuses as stale was not done; it is done again under a
 * new claim, or handed back for the new owner if there is one.
 */
final class OwnerDesk {
    private static final int EVICTION_TRIES = 64;
    private static final int MAX_BACKOFF_DOUBLINGS = 6;

    /** So often in a row a claim that was lost is made again without a pause. */
    private static final int PROMPT_CLAIMS = 3;

    /** A move that its target doesn't take is tried again after so many of the shortest pauses. */
    private static final int MOVE_BACKOFFS = 25;

    private final QueueBrokerOptions options;
    private final NodeId self;
    private final OwnerLedger ledger;
    private final BatchMaker batches;
    private final StoreAnswers answers;
    private final LinkedHashMap<String, OwnedQueue> queues = new LinkedHashMap<>();
    private final Map<Long, OwnedQueue> underWay = new HashMap<>();
    private final LinkedHashSet<OwnedQueue> dirty = new LinkedHashSet<>();
    private final List<QueueEffect> out = new ArrayList<>();
    private View view = View.EMPTY;
    private Ring ring;
    private boolean isLeaseValid;
    private long nextOperation = 1;
    private long nextQueue = 1;

    OwnerDesk(QueueBrokerOptions options, NodeId self, OwnerLedger ledger, Nonces nonces) {
        this.options = options;
        this.self = self;
        this.ledger = ledger;
        this.batches = new BatchMaker(options, nonces);
        this.answers = new StoreAnswers(options, self, ledger, nonces);
    }

    /** A request for a queue that this node owns by the active view. It ends by its deadline. */
    void accept(Work work, long now) {
        OwnedQueue queue = open(work.queue);
        if (queue == null) {
            ledger.finish(work, new Refusal.Overloaded("maxQueues", options.maxQueues()));
            return;
        }
        if (!queue.parked.isEmpty() && work.waits(now) && ledger.canPark()) {
            // Behind those that wait already; the first of them looks on behalf of all.
            ledger.park(queue, work, now);
            queue.wakeHint = Math.max(1, queue.wakeHint);
        } else if (queue.pending.size() >= options.maxPending()) {
            ledger.finish(work, new Refusal.Overloaded("maxPending", options.maxPending()));
            return;
        } else {
            queue.pending.add(work);
            ledger.armDeadline(work);
        }
        dirty.add(queue);
    }

    /** The caller of a request is gone: a consumer no longer waits, and what it may still be given goes back. */
    void abandon(Work work) {
        OwnedQueue queue = queues.get(work.queue);
        if (queue != null) {
            queue.pending.remove(work);
            ledger.unpark(queue, work);
        }
        ledger.end(work);
    }

    /** Looks into queues that exist, so that what is due in them happens although nobody calls. */
    void adopt(Collection<String> names) {
        for (String name : names) {
            if (isOwner(name) && !queues.containsKey(name)) {
                OwnedQueue queue = open(name);
                if (queue == null) {
                    return;
                }
                queue.isSweepDue = true;
                dirty.add(queue);
            }
        }
    }

    /** A consumer is over: the queues that it may hold deliveries of return them. */
    void consumerEnded(String consumer) {
        for (OwnedQueue queue : queues.values()) {
            if (queue.ended(consumer)) {
                QueueRequest request = new QueueRequest.Operate(new QueueOp.ReturnConsumer(consumer));
                ledger.send(new Errand(queue.name, request, null));
            }
        }
    }

    private boolean isOwner(String queue) {
        return ring != null && !ring.isEmpty() && ring.owner(queue).equals(self);
    }

    private OwnedQueue open(String name) {
        OwnedQueue queue = queues.get(name);
        if (queue == null && (queues.size() < options.maxQueues() || evictOne())) {
            queue = new OwnedQueue(nextQueue++, name);
            queues.put(name, queue);
        }
        return queue;
    }

    private boolean evictOne() {
        Iterator<OwnedQueue> oldest = queues.values().iterator();
        for (int i = 0; i < EVICTION_TRIES && oldest.hasNext(); i++) {
            OwnedQueue queue = oldest.next();
            if (queue.isIdle()) {
                oldest.remove();
                ledger.forget(queue);
                dirty.remove(queue);
                return true;
            }
        }
        return false;
    }

    // ---- view and lease

    /** Routes by this view from now on; hands back what others own now. Claims of queues that stay are kept. */
    void viewActive(View newView, Ring newRing) {
        view = newView;
        ring = newRing;
        List<OwnedQueue> lost =
                queues.values().stream().filter(q -> !isOwner(q.name)).toList();
        lost.forEach(queue -> release(queue, view.epoch()));
    }

    /** Without a valid lease nothing is asked of the store; what has been asked ends. */
    void lease(boolean valid) {
        isLeaseValid = valid;
        if (valid) {
            dirty.addAll(queues.values());
        }
    }

    private void release(OwnedQueue queue, long epoch) {
        queue.isReleased = true;
        queues.remove(queue.name);
        dirty.remove(queue);
        ledger.forget(queue);
        List<Work> parked = List.copyOf(queue.parked);
        parked.forEach(work -> ledger.unpark(queue, work));
        queue.pending.forEach(work -> ledger.finishMoved(work, epoch));
        queue.pending.clear();
        // One that is in a call to the store may be given messages by it: its end waits for the answer.
        parked.stream().filter(work -> work.stage == Stage.PARKED).forEach(work -> ledger.finishMoved(work, epoch));
        ledger.releaseHolding(queue);
        queue.transfer = null;
    }

    // ---- the store

    /** Begins the calls to the store that have something to do. */
    void flush(List<QueueEffect> effects) {
        effects.addAll(out);
        out.clear();
        Iterator<OwnedQueue> next = dirty.iterator();
        while (isLeaseValid && next.hasNext() && underWay.size() < options.maxStoreCalls()) {
            OwnedQueue queue = next.next();
            next.remove();
            if (queue.outstanding != null || queue.isBackingOff || queue.isReleased) {
                continue;
            }
            List<Step> steps = batches.next(queue);
            if (!steps.isEmpty()) {
                queue.outstanding = steps;
                long operation = nextOperation++;
                underWay.put(operation, queue);
                long epoch = queue.claim == 0 ? view.epoch() : queue.claim;
                List<QueueOp> operations = new ArrayList<>(steps.size());
                steps.forEach(step -> operations.add(step.operation()));
                effects.add(new QueueEffect.Store(operation, queue.name, epoch, operations));
            }
        }
    }

    /** The store has answered a call. */
    void stored(long operation, List<QueueAnswer> given, long now) {
        OwnedQueue queue = underWay.remove(operation);
        if (queue == null) {
            return;
        }
        List<Step> steps = end(queue);
        InvariantViolation.check(
                given.size() == steps.size(), "the store gave another number of answers than asked for");
        queue.failures = 0;
        List<Step> undone = new ArrayList<>(0);
        long storedEpoch = 0;
        for (int i = 0; i < steps.size(); i++) {
            if (given.get(i) instanceof QueueAnswer.StaleEpoch stale) {
                undone.add(steps.get(i));
                storedEpoch = stale.storedEpoch();
                continue;
            }
            answers.accept(queue, steps.get(i), given.get(i), now);
            if (steps.get(i).purpose() == Purpose.CLAIM && !queue.isReleased) {
                out.add(new QueueEffect.Moved(queue.name, queue.claim));
            }
        }
        if (queue.isReleased) {
            handBack(queue, steps, view.epoch(), false);
        } else if (undone.isEmpty()) {
            queue.stale = 0;
            settleHint(queue, steps, given);
        } else {
            stale(queue, undone, storedEpoch, now);
        }
    }

    private List<Step> end(OwnedQueue queue) {
        List<Step> steps = queue.outstanding;
        queue.outstanding = null;
        if (!queue.isReleased) {
            dirty.add(queue);
        }
        return steps;
    }

    /** Goes on waking while each woken consumer found something, and stops when one didn't. */
    private static void settleHint(OwnedQueue queue, List<Step> steps, List<QueueAnswer> given) {
        int woken = 0;
        int fed = 0;
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).purpose() == Purpose.WAKE) {
                woken++;
                fed += given.get(i) instanceof QueueAnswer.Received r
                                && !r.deliveries().isEmpty()
                        ? 1
                        : 0;
            }
        }
        if (queue.parked.isEmpty() || fed < woken) {
            queue.wakeHint = 0;
        } else if (woken > 0) {
            queue.wakeHint = Math.min(BatchMaker.MAX_WAKE_HINT, 2 * woken);
        }
    }

    /**
     * The store knows another claim. If the view says that this node is the owner all the same, and no newer view was claimed, then the claim is
     * an older owner's or the store has lost writes: claim again. Otherwise there is a newer owner.
     */
    private void stale(OwnedQueue queue, List<Step> undone, long storedEpoch, long now) {
        if (storedEpoch > view.epoch()) {
            release(queue, storedEpoch);
            handBack(queue, undone, storedEpoch, false);
            return;
        }
        queue.claim = 0;
        queue.isSweepDue = true;
        requeue(queue, undone, false);
        if (++queue.stale > PROMPT_CLAIMS) {
            backOff(queue, queue.stale - PROMPT_CLAIMS, now);
        }
    }

    /** The store could not answer a call. */
    void failed(long operation, boolean maybeApplied, long now) {
        OwnedQueue queue = underWay.remove(operation);
        if (queue == null) {
            return;
        }
        List<Step> steps = end(queue);
        if (queue.isReleased) {
            handBack(queue, steps, view.epoch(), maybeApplied);
            return;
        }
        requeue(queue, steps, maybeApplied);
        backOff(queue, queue.failures++, now);
    }

    private void backOff(OwnedQueue queue, int doublings, long now) {
        queue.backoffUntil = now + (options.backoffNanos() << Math.min(doublings, MAX_BACKOFF_DOUBLINGS));
        queue.isBackingOff = true;
        ledger.rearm(queue);
    }

    /** Puts requests that weren't done back to where they were; those that may be done and must not be twice end unknown. */
    private void requeue(OwnedQueue queue, List<Step> steps, boolean maybeApplied) {
        ArrayDeque<Work> again = new ArrayDeque<>();
        for (Step step : steps) {
            Work work = step.work();
            if (step.purpose() == Purpose.SWEEP) {
                queue.isSweepDue = true;
            } else if (step.purpose() == Purpose.WAKE && !work.isFinished()) {
                work.stage = Stage.PARKED;
                BatchMaker.hint(queue, 1);
            } else if (step.purpose() == Purpose.REQUEST && !work.isFinished() && !endUnknown(work, maybeApplied)) {
                work.stage = Stage.PENDING;
                again.add(work);
            }
        }
        again.addAll(queue.pending);
        queue.pending.clear();
        queue.pending.addAll(again);
    }

    /** Hands requests that weren't done to the new owner, who is found in a view of that epoch. */
    private void handBack(OwnedQueue queue, List<Step> steps, long epoch, boolean maybeApplied) {
        ledger.releaseHolding(queue);
        for (Step step : steps) {
            Work work = step.work();
            if (work != null && !work.isFinished() && !endUnknown(work, maybeApplied)) {
                ledger.unpark(queue, work);
                ledger.finishMoved(work, epoch);
            }
        }
    }

    private boolean endUnknown(Work work, boolean maybeApplied) {
        if (maybeApplied && !RequestRules.isRepeatable(work.request)) {
            ledger.finish(work, new Refusal.OutcomeUnknown("the queue store's answer"));
            return true;
        }
        work.maybeDone |= maybeApplied;
        return false;
    }

    /** A move has ended at its target, or couldn't. */
    void transferred(MoveTransfer transfer, Answer answer, long now) {
        OwnedQueue queue = queues.get(transfer.source());
        if (queue == null || queue.transfer != transfer) {
            return;
        }
        queue.transfer = null;
        if (answer instanceof QueueAnswer.Enqueued) {
            queue.arrived = transfer.ids();
        } else {
            // The target is full or away; the messages stay here until it takes them.
            queue.isMoveBackingOff = true;
            queue.moveBackoffUntil = now + MOVE_BACKOFFS * options.backoffNanos();
            ledger.rearm(queue);
            ledger.releaseHolding(queue);
        }
        dirty.add(queue);
    }

    // ---- time

    void tick(long now) {
        for (Work work = ledger.pollWork(now); work != null; work = ledger.pollWork(now)) {
            expire(work, now);
        }
        for (OwnedQueue queue = ledger.pollQueue(now); queue != null; queue = ledger.pollQueue(now)) {
            if (queue.hasSweepAt && queue.sweepAt - now <= 0) {
                queue.hasSweepAt = false;
                queue.isSweepDue = true;
            }
            queue.isBackingOff &= queue.backoffUntil - now > 0;
            queue.isMoveBackingOff &= queue.moveBackoffUntil - now > 0;
            ledger.rearm(queue);
            dirty.add(queue);
        }
    }

    /** This node has left: requests whose deadline is before that time end now, for the store's answers may never come. */
    void leave(long until) {
        for (Work work = ledger.pollWork(until); work != null; work = ledger.pollWork(until)) {
            expire(work, until);
        }
    }

    private void expire(Work work, long now) {
        if (work.stage == Stage.WAKING && work.deadline - now > 0) {
            // The store is being asked for it: it may still get something.
            ledger.armDeadline(work);
            return;
        }
        OwnedQueue queue = queues.get(work.queue);
        Answer answer = work.atDeadline();
        if (queue != null) {
            queue.pending.remove(work);
            ledger.unpark(queue, work);
        }
        ledger.finish(work, answer);
    }
}
