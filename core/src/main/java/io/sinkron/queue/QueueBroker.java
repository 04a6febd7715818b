package io.sinkron.queue;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A node's part in the queue service. It takes calls for any queue, finds the queue's owner on the ring, and hands them to it; for the queues that
 * this node owns it gathers calls into calls to the store, parks consumers that wait, and sees to what is due.
 *
 * <p><b>A call's way.</b> {@code HELD} until an active view tells the owner; then {@code LOCAL}, at this node's own desk, or {@code SENT} to the owner,
 * once per owner however often the message is repeated. An owner that has lost the queue hands the call back undone, with the epoch of a
 * view to wait for; no call is ever passed on by a third node. If the owner leaves the view before it has replied, nobody knows what it has
 * done: the call goes to the new owner if it may be made twice (deliveries, acks, reads, an enqueue with an idempotency key or dedup ids), and ends
 * {@link Refusal.OutcomeUnknown} if not.
 *
 * <p><b>Ends.</b> Each call is completed exactly once, by its deadline at the latest: {@link Refusal.Unavailable} if it surely had no effect,
 * {@link Refusal.OutcomeUnknown} if it may have had one, nothing received if it waited for messages. Messages that were received for a
 * consumer that has gone meanwhile are given back at once, and that delivery isn't counted.
 *
 * <p><b>Epochs.</b> A request from a newer view waits until this node has that view. One from an older view is served if this node is the owner.
 *
 * <p>Pure; not thread-safe. {@code now} is monotonic nanoseconds.
 */
public final class QueueBroker {
    private static final long FAR_NANOS = 3_600_000_000_000L;
    private static final long ERRAND_NANOS = 10_000_000_000L;

    /** For so long the owner is asked about a delivery for a consumer that is gone. */
    private static final long ABANDONED_NANOS = 10_000_000_000L;

    private record Early(NodeId from, QueueMessage.Requests requests) {}

    private final QueueBrokerOptions options;
    private final NodeId self;
    private final OwnerLedger ledger;
    private final OwnerDesk desk;
    private final OutStreams outStreams;
    private final InStreams inStreams;
    private final Map<Long, OpenCall> calls = new HashMap<>();
    private final Map<Long, Work> localConsumers = new HashMap<>();
    private final LinkedHashSet<OpenCall> held = new LinkedHashSet<>();
    private final Timers<OpenCall> timers = new Timers<>();
    private final ArrayDeque<Early> early = new ArrayDeque<>();
    private final List<QueueEffect> out = new ArrayList<>();
    private View view = View.EMPTY;
    private Ring ring;
    private long nextSerial = 1;
    private long now;

    /**
     * A broker that knows no view yet and has no lease: it holds calls until it does.
     *
     * @param incarnation which start of this node; requests to another one are not for it
     * @param random for receipts
     */
    public QueueBroker(QueueBrokerOptions options, NodeId self, long incarnation, RandomGenerator random) {
        Nonces nonces = new Nonces(random);
        this.options = options;
        this.self = self;
        this.ledger = new OwnerLedger(options);
        this.desk = new OwnerDesk(options, self, ledger, nonces);
        this.outStreams = new OutStreams(options, incarnation);
        this.inStreams = new InStreams(options, self, incarnation);
    }

    // ---- calls

    /**
     * A client's call, by a number never used before; it ends with one {@link QueueEffect.Complete}: a {@link QueueAnswer}, a
     * {@link QueueReply.Description}, or a {@link Refusal}.
     *
     * @param deadline when it must have ended
     */
    public void call(long call, String queue, QueueRequest request, long deadline, long now) {
        this.now = now;
        QueueRequest wanted = normal(request);
        Refusal refusal = RequestRules.check(queue, wanted);
        if (refusal == null && calls.size() >= options.maxCalls()) {
            refusal = new Refusal.Overloaded("maxCalls", options.maxCalls());
        }
        if (refusal != null) {
            out.add(new QueueEffect.Complete(call, refusal));
            return;
        }
        OpenCall opened = new OpenCall(nextSerial++, call, queue, wanted, deadline, null, now);
        calls.put(call, opened);
        route(opened);
        drain();
    }

    /** A receive is a dequeue that doesn't wait; its nonce is the owner's. */
    private static QueueRequest normal(QueueRequest request) {
        return request instanceof QueueRequest.Operate operate && operate.operation() instanceof QueueOp.Receive receive
                ? new QueueRequest.Dequeue(receive.max(), 0, receive.visibilityMillis(), receive.consumer())
                : request;
    }

    /** The client is gone. A dequeue ends at once and whatever it gets is given back; any other call goes on to its end. */
    public void cancel(long call, long now) {
        this.now = now;
        OpenCall opened = calls.get(call);
        if (opened == null || !opened.isDequeue()) {
            return;
        }
        OpenCall.Stage stage = opened.stage;
        Work work = localConsumers.get(call);
        complete(opened, new Refusal.Cancelled());
        if (stage == OpenCall.Stage.SENT) {
            abandon(opened);
        } else if (work != null) {
            desk.abandon(work);
        }
        drain();
    }

    /** Asks the owner to end a consumer's wait, and for what it has delivered, until it replies. */
    private void abandon(OpenCall call) {
        call.stage = OpenCall.Stage.ABANDONED;
        call.abandonedUntil = now + ABANDONED_NANOS;
        call.resends = 0;
        outStreams.again(call, now);
        arm(call, call.abandonedUntil);
    }

    private void route(OpenCall call) {
        if (ring == null || ring.isEmpty() || view.epoch() < call.heldFor) {
            hold(call, call.deadline);
            return;
        }
        NodeId owner = ring.owner(call.queue);
        if (owner.equals(self)) {
            call.stage = OpenCall.Stage.LOCAL;
            timers.disarm(call);
            Work work = new Work(nextSerial++, call, now);
            if (call.isDequeue() && call.errand == null) {
                localConsumers.put(call.id, work);
            }
            desk.accept(work, now);
        } else {
            Optional<Member> member = view.member(owner);
            outStreams.send(call, member.orElseThrow(), now);
            arm(call, call.deadline);
        }
    }

    private void hold(OpenCall call, long until) {
        call.stage = OpenCall.Stage.HELD;
        held.add(call);
        timers.arm(call, earlier(until, call.deadline));
    }

    private void arm(OpenCall call, long end) {
        timers.arm(call, earlier(call.resendAt, end));
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    private void complete(OpenCall call, Answer answer) {
        timers.disarm(call);
        held.remove(call);
        if (call.errand == null) {
            calls.remove(call.id);
            if (call.isDequeue()) {
                localConsumers.remove(call.id);
            }
            out.add(new QueueEffect.Complete(call.id, RequestRules.answerOf(call.request, call.maybeDone, answer)));
        } else if (call.errand.transfer() != null) {
            desk.transferred(call.errand.transfer(), answer, now);
        }
    }

    // ---- messages

    /** A message of another node's broker; lost, repeated and late ones do no harm. */
    public void receive(NodeId from, QueueMessage message, long now) {
        this.now = now;
        if (message instanceof QueueMessage.Requests requests) {
            requests(from, requests);
        } else if (message instanceof QueueMessage.Replies replies) {
            for (QueueMessage.Reply reply : replies.replies()) {
                OpenCall call = outStreams.replied(from, replies.stream(), reply.sequence(), now);
                if (call != null) {
                    replied(call, reply);
                }
            }
        }
        drain();
    }

    private void requests(NodeId from, QueueMessage.Requests message) {
        if (message.epoch() > view.epoch()) {
            if (early.size() < options.maxEarly()) {
                early.add(new Early(from, message));
            }
            return;
        }
        InStreams.Intake intake = inStreams.accept(from, message, now);
        intake.gone().forEach(desk::abandon);
        for (Work work : intake.fresh()) {
            if (ring.owner(work.queue).equals(self)) {
                desk.accept(work, now);
            } else {
                ledger.finishMoved(work, view.epoch());
            }
        }
    }

    private void replied(OpenCall call, QueueMessage.Reply reply) {
        if (call.stage == OpenCall.Stage.ABANDONED) {
            timers.disarm(call);
            if (reply instanceof QueueMessage.Answered answered) {
                giveBack(call.queue, answered.answer());
            }
        } else if (reply instanceof QueueMessage.Answered answered) {
            complete(call, answered.answer());
        } else if (reply instanceof QueueMessage.NotOwner moved) {
            moved(call, moved.epoch(), moved.maybeDone());
        }
    }

    /** A call was handed back: it goes to the owner in a view of that epoch. */
    private void moved(OpenCall call, long epoch, boolean maybeDone) {
        call.maybeDone |= maybeDone;
        call.heldFor = epoch;
        if (view.epoch() >= epoch
                && call.stage == OpenCall.Stage.SENT
                && ring.owner(call.queue).equals(call.owner)) {
            // The two see the same view otherwise than is possible for long; a pause keeps them from asking each other
            // at once for ever.
            hold(call, now + options.backoffNanos());
        } else {
            route(call);
        }
    }

    private void giveBack(String queue, Answer answer) {
        if (answer instanceof QueueAnswer.Received received) {
            StoreAnswers.giveBack(queue, received.deliveries()).ifPresent(ledger::send);
        }
    }

    // ---- the store

    /** The store has answered a {@link QueueEffect.Store}. */
    public void stored(long operation, List<QueueAnswer> answers, long now) {
        this.now = now;
        desk.stored(operation, answers, now);
        drain();
    }

    /**
     * The store could not answer a {@link QueueEffect.Store}. It is asked again, after a pause; what may have been done and must not be done twice
     * ends as unknown.
     *
     * @param maybeApplied false if surely nothing was done
     * @param reason for people
     */
    public void failed(long operation, boolean maybeApplied, String reason, long now) {
        this.now = now;
        desk.failed(operation, maybeApplied, now);
        drain();
    }

    // ---- view, lease, time

    /** This view is active: calls are routed by it from now on. Views with an epoch that isn't greater are passed over. */
    public void viewActive(View newView, Ring newRing, long now) {
        this.now = now;
        if (newView.epoch() <= view.epoch()) {
            return;
        }
        view = newView;
        ring = newRing;
        // First, so that nothing is sent to a start of a node that is over.
        List<OpenCall> orphans = outStreams.viewActive(view);
        inStreams.viewActive(view, now).forEach(desk::abandon);
        desk.viewActive(view, ring);
        drain();
        orphans.forEach(this::orphaned);
        List<OpenCall> waiting = List.copyOf(held);
        held.clear();
        waiting.forEach(this::route);
        List<Early> messages = List.copyOf(early);
        early.clear();
        messages.forEach(message -> requests(message.from, message.requests));
        drain();
    }

    /** The owner that a call was sent to has left, and can't say any more what it has done. */
    private void orphaned(OpenCall call) {
        if (call.stage == OpenCall.Stage.ABANDONED) {
            timers.disarm(call);
        } else if (RequestRules.isRepeatable(call.request)) {
            call.maybeDone = true;
            route(call);
        } else {
            complete(call, new Refusal.OutcomeUnknown("the queue's owner " + call.owner + " has left"));
        }
    }

    /** Whether this node's lease is valid. While it isn't, the node asks nothing of the store as owner. */
    public void lease(boolean valid, long now) {
        this.now = now;
        desk.lease(valid);
        drain();
    }

    /** A consumer that named itself is over, such as a session: its open deliveries of this node's queues are returned at once. */
    public void consumerEnded(String consumer, long now) {
        this.now = now;
        desk.consumerEnded(consumer);
        drain();
    }

    /**
     * Names queues that exist. Those that this node owns are looked into, so that what is due in them happens although nobody calls; it is worth
     * telling after each change of the view, and after a start.
     */
    public void adopt(Collection<String> queues, long now) {
        this.now = now;
        desk.adopt(queues);
    }

    /** Time passes. Harmless at any time; needed at {@link #deadline}. */
    public void tick(long now) {
        this.now = now;
        desk.tick(now);
        drain();
        for (OpenCall call = timers.poll(now); call != null; call = timers.poll(now)) {
            timeOver(call);
        }
        inStreams.tick(now);
        drain();
    }

    private void timeOver(OpenCall call) {
        if (call.stage == OpenCall.Stage.ABANDONED) {
            if (call.abandonedUntil - now <= 0) {
                outStreams.forget(call);
            } else {
                outStreams.again(call, now);
                arm(call, call.abandonedUntil);
            }
        } else if (call.deadline - now <= 0) {
            giveUp(call);
        } else if (call.stage == OpenCall.Stage.SENT) {
            outStreams.again(call, now);
            arm(call, call.deadline);
        } else {
            held.remove(call);
            route(call);
        }
    }

    private void giveUp(OpenCall call) {
        boolean wasSent = call.stage == OpenCall.Stage.SENT;
        complete(call, call.atDeadline());
        if (wasSent && call.isDequeue()) {
            abandon(call);
        } else if (wasSent) {
            outStreams.forget(call);
        }
    }

    /** This node has left the cluster: open calls end as if their deadline had come, for neither an owner nor the log will answer. */
    public void leave(long now) {
        this.now = now;
        desk.leave(now + FAR_NANOS);
        drain();
        for (OpenCall call : calls.values().stream()
                .filter(call -> call.stage == OpenCall.Stage.HELD || call.stage == OpenCall.Stage.SENT)
                .sorted(Comparator.comparingLong(call -> call.id))
                .toList()) {
            giveUp(call);
        }
        drain();
    }

    /** When {@link #tick} is next needed. */
    public long deadline() {
        long first = timers.earliest(now + FAR_NANOS);
        return inStreams.earliest(outStreams.earliest(ledger.earliest(first)));
    }

    /** Takes what is to be done, in order. Calls to the store are formed here, of all that gathered since the last time. */
    public List<QueueEffect> effects() {
        desk.flush(out);
        outStreams.flush(out, view.epoch(), now);
        inStreams.flush(out);
        if (out.isEmpty()) {
            return List.of();
        }
        List<QueueEffect> taken = List.copyOf(out);
        out.clear();
        return taken;
    }

    /** Takes ended requests to their callers, and the broker's own errands to their queues, until there are no more. */
    private void drain() {
        boolean isMoving = true;
        while (isMoving) {
            Work work = ledger.pollFinished();
            Errand errand = work == null ? ledger.pollErrand() : null;
            if (work != null) {
                ended(work);
            } else if (errand != null) {
                route(new OpenCall(nextSerial++, 0, errand.queue(), errand.request(), now + ERRAND_NANOS, errand, now));
            } else {
                isMoving = false;
            }
        }
    }

    private void ended(Work work) {
        if (work.call == null) {
            if (!inStreams.ended(work, now)) {
                giveBack(work.queue, work.answer);
            }
        } else if (work.answer != null) {
            complete(work.call, work.answer);
        } else {
            localConsumers.remove(work.call.id);
            moved(work.call, work.movedEpoch, work.maybeDone);
        }
    }
}
