package io.sinkron.queue;

import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.queue.OwnedQueue.Purpose;
import io.sinkron.queue.OwnedQueue.Step;
import io.sinkron.queue.Work.Stage;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.List;
import java.util.Optional;

/**
 * What the store's answers mean to the owner: ends for requests, messages for waiting consumers, and what is due. Refusals as stale don't come
 * here.
 */
final class StoreAnswers {
    private final QueueBrokerOptions options;
    private final NodeId self;
    private final OwnerLedger ledger;
    private final Nonces nonces;

    StoreAnswers(QueueBrokerOptions options, NodeId self, OwnerLedger ledger, Nonces nonces) {
        this.options = options;
        this.self = self;
        this.ledger = ledger;
        this.nonces = nonces;
    }

    void accept(OwnedQueue queue, Step step, QueueAnswer answer, long now) {
        if (answer instanceof QueueAnswer.Received received) {
            received(queue, step.work(), received, now);
        } else if (step.purpose() == Purpose.REQUEST) {
            answered(queue, step.work(), answer, now);
        } else if (answer instanceof QueueAnswer.Swept swept) {
            swept(queue, swept, now);
        } else if (answer instanceof QueueAnswer.Claimed claimed) {
            queue.claim = claimed.epoch();
        } else if (answer instanceof QueueAnswer.Moves moves) {
            moves(queue, moves.moves());
        } else if (step.purpose() == Purpose.FORGET_MOVES) {
            queue.arrived = List.of();
        } else if (answer instanceof QueueAnswer.NoSuchQueue) {
            queue.hasMoves = false;
            ledger.releaseHolding(queue);
            ledger.due(queue, -1, now);
        }
    }

    private void received(OwnedQueue queue, Work work, QueueAnswer.Received received, long now) {
        ledger.due(queue, received.nextDueMillis(), now);
        queue.hasMoves |= received.movesPending();
        if (work.isFinished()) {
            giveBack(queue.name, received.deliveries()).ifPresent(ledger::send);
        } else if (!received.deliveries().isEmpty() || !work.waits(now)) {
            ledger.unpark(queue, work);
            if (!received.deliveries().isEmpty() && work.request instanceof QueueRequest.Dequeue dequeue) {
                queue.delivered(dequeue.consumer());
            }
            ledger.finish(work, work.sender == null ? received : fitting(queue, received));
        } else if (work.stage == Stage.WAKING) {
            work.stage = Stage.PARKED;
        } else if (ledger.canPark()) {
            ledger.park(queue, work, now);
        } else {
            ledger.finish(work, new Refusal.Overloaded("maxParked", options.maxParked()));
        }
    }

    /** What fits into one message to another node; the rest is given back. */
    private QueueAnswer.Received fitting(OwnedQueue queue, QueueAnswer.Received received) {
        List<QueueAnswer.Delivery> all = received.deliveries();
        List<QueueAnswer.Delivery> some = RequestRules.fitting(all, options.maxBatchBytes());
        if (some.size() == all.size()) {
            return received;
        }
        giveBack(queue.name, all.subList(some.size(), all.size())).ifPresent(ledger::send);
        return new QueueAnswer.Received(some, received.nextDueMillis(), received.movesPending());
    }

    /**
     * What returns deliveries that never reached a consumer: they don't count as failed, so that a client that hangs up can't make a
     * message dead.
     */
    static Optional<Errand> giveBack(String queue, List<QueueAnswer.Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return Optional.empty();
        }
        List<String> receipts =
                deliveries.stream().map(QueueAnswer.Delivery::receipt).toList();
        QueueOp nack = new QueueOp.Nack(receipts, QueueTable.UNDELIVERED, false, "");
        return Optional.of(new Errand(queue, new QueueRequest.Operate(nack), null));
    }

    private void swept(OwnedQueue queue, QueueAnswer.Swept swept, long now) {
        ledger.due(queue, swept.nextDueMillis(), now);
        queue.hasMoves |= swept.movesPending();
        BatchMaker.hint(queue, swept.ready());
    }

    private void moves(OwnedQueue queue, List<QueueAnswer.Moves.Move> moves) {
        if (moves.isEmpty()) {
            queue.hasMoves = false;
            ledger.releaseHolding(queue);
        } else {
            queue.transfer = MoveTransfer.of(queue.name, moves, options.maxBatchBytes(), nonces.next());
            ledger.send(new Errand(queue.transfer.to(), queue.transfer.errand(), queue.transfer));
        }
    }

    private void answered(OwnedQueue queue, Work work, QueueAnswer answer, long now) {
        boolean hasSentAway = false;
        if (answer instanceof QueueAnswer.Enqueued && work.request instanceof QueueRequest.Operate operate) {
            ledger.dueIn(queue, soonestMillis(operate.operation()), now);
        } else if (answer instanceof QueueAnswer.Returned returned) {
            hasSentAway = returned.movesPending();
            noteReturned(queue, work, now);
        } else if (answer instanceof QueueAnswer.Redriven redriven) {
            hasSentAway = redriven.count() > 0;
        } else if (answer instanceof QueueAnswer.Extended) {
            noteExtended(queue, work, now);
        }
        queue.hasMoves |= hasSentAway;
        if (work.isFinished()) {
            return;
        }
        if (hasSentAway && !queue.isMoveBackingOff) {
            ledger.hold(queue, work, answer, now);
        } else if (answer instanceof QueueAnswer.Peeked peeked && work.sender != null) {
            ledger.finish(
                    work, new QueueAnswer.Peeked(RequestRules.fitting(peeked.messages(), options.maxBatchBytes())));
        } else if (answer instanceof QueueAnswer.Counted counted && work.request instanceof QueueRequest.Describe) {
            ledger.finish(work, new QueueReply.Description(queue.name, self, queue.claim, counted));
        } else {
            ledger.finish(work, RequestRules.answerOf(work.request, work.maybeDone, answer));
        }
    }

    /** A message that comes back later is due then. */
    private void noteReturned(OwnedQueue queue, Work work, long now) {
        if (work.request instanceof QueueRequest.Operate operate
                && operate.operation() instanceof QueueOp.Nack nack
                && nack.delayMillis() > 0) {
            ledger.dueIn(queue, nack.delayMillis(), now);
        }
    }

    /** An extension may shorten a delivery. */
    private void noteExtended(OwnedQueue queue, Work work, long now) {
        if (work.request instanceof QueueRequest.Operate operate
                && operate.operation() instanceof QueueOp.Extend extend) {
            ledger.dueIn(queue, extend.visibilityMillis(), now);
        }
    }

    private static long soonestMillis(QueueOp op) {
        long soonest = 0;
        if (op instanceof QueueOp.Enqueue enqueue) {
            for (NewMessage message : enqueue.messages()) {
                soonest = sooner(soonest, message.delayMillis());
                soonest = sooner(soonest, message.ttlMillis());
            }
        }
        return soonest;
    }

    private static long sooner(long a, long b) {
        return a == 0 || b != 0 && b < a ? b : a;
    }
}
