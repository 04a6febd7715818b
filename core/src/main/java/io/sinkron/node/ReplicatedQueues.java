package io.sinkron.node;

import io.sinkron.common.Refusal;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.node.Reads.Question;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueEffect;
import java.util.Optional;

/**
 * The queue owner's way to the replicated store. A call that changes nothing (looks, and sweeps while nothing is due) is answered by this node's own state
 * at an index that {@link Reads} has confirmed; every other one is a command in the log.
 *
 * <pre>
 *   here and now it would change nothing?  ──no──────────────▶ log
 *          │ yes                                                ▲
 *          ▼                                                    │
 *   read by index ──▶ at the index it still would? ──it would───┘
 *          │                  └──────nothing──▶ answers
 *          └──no index in time──▶ failed, surely without effect
 * </pre>
 *
 * <p>The first question saves what is due a round; the second decides, on the state at the index, so that nobody is answered under a claim that a newer
 * owner has replaced. Pure.
 */
final class ReplicatedQueues {
    /** A read without an answer is asked again so often; then the owner, which pauses, hears of it. */
    private static final int MAX_RESENDS = 5;

    private final Proposer proposer;
    private final Proposer.Route route;
    private final Reads reads;
    private final Applier applier;
    private final ClusterClock clock;
    private final long readNanos;

    ReplicatedQueues(
            NodeOptions.Limits limits,
            Proposer proposer,
            Proposer.Route route,
            Reads reads,
            Applier applier,
            ClusterClock clock) {
        this.proposer = proposer;
        this.route = route;
        this.reads = reads;
        this.applier = applier;
        this.clock = clock;
        this.readNanos = MAX_RESENDS * limits.resendNanos();
    }

    /** Makes a call, by index if it can. Returns a refusal if it surely has no effect. */
    Optional<Refusal> call(QueueEffect.Store store, long now) {
        boolean isRead =
                applier.state().queues().canRead(store.queue(), store.epoch(), store.operations(), clock.estimate(now));
        // Clients' reads may have taken all the room; the log bounds an owner's calls by itself.
        return isRead
                        && reads.submit(new Question.OfOwner(store), now + readNanos, now)
                                .isEmpty()
                ? Optional.empty()
                : propose(store, now);
    }

    /** Asks for the names of all queues. Returns a refusal if the read can't be taken. */
    Optional<Refusal> list(Call.ListQueues call, long now) {
        return reads.submit(new Question.OfCall(call.id(), new QueueCommand.ListQueues()), call.deadlineNanos(), now);
    }

    /** Makes a call through the log. Returns a refusal if it surely has no effect. */
    Optional<Refusal> propose(QueueEffect.Store store, long now) {
        QueueCommand command = new QueueCommand.Execute(store.queue(), store.epoch(), store.operations());
        return proposer.submit(command, new Purpose.QueueOperation(store.operation()), 0, route, now);
    }
}
