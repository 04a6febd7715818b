package io.sinkron.node;

import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.lock.LockCommand;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.node.Reads.Question.OfCall;
import io.sinkron.node.Reads.Question.OfOwner;

/**
 * How calls end that nobody answers: by their deadline, by their client, or because this node has left the group. Who has left hears nothing of the log
 * and of queues' owners any more: its clients are told at once, not at their deadlines, to call another node. Pure.
 */
final class CallEnds {
    private static final long FAR_NANOS = 3_600_000_000_000L;

    private final Proposer proposer;
    private final Reads reads;
    private final Membership membership;
    private final Services services;
    private final Consumers consumers;
    private final RaftRoute route;
    private final Outputs outputs;

    CallEnds(
            Proposer proposer,
            Reads reads,
            Membership membership,
            Services services,
            Consumers consumers,
            RaftRoute route,
            Outputs outputs) {
        this.proposer = proposer;
        this.reads = reads;
        this.membership = membership;
        this.services = services;
        this.consumers = consumers;
        this.route = route;
        this.outputs = outputs;
    }

    /** Ends what is past its deadline, and the waits that are over. */
    void due(long now) {
        for (CommandId acquire : proposer.waitsOver(now)) {
            cancelWait(acquire, true, false, now);
        }
        expire(now, now);
    }

    private void expire(long until, long now) {
        for (Proposer.Expired expired : proposer.expired(until)) {
            outputs.complete(expired.call(), expired.refusal());
            if (expired.mustCancel()) {
                cancelWait(expired.id(), true, true, now);
            }
        }
        reads.expired(until).forEach(read -> answered(read, now));
    }

    /** Ends every call as if its deadline had come: unavailable if it surely had no effect, else unknown. */
    void all(long now) {
        expire(now + FAR_NANOS, now);
        membership.leave(now + FAR_NANOS);
        services.leave(now);
    }

    /** The client of a call gave up. */
    void cancel(long call, long now) {
        proposer.cancel(call).ifPresent(acquire -> cancelWait(acquire, false, true, now));
        consumers.cancel(call);
        services.cancel(call, now);
    }

    private void cancelWait(CommandId acquire, boolean timedOut, boolean giveBack, long now) {
        housekeeping(new LockCommand.CancelWait(acquire, timedOut, giveBack), false, now);
    }

    /** Proposes a command whose answer nobody waits for. One that is refused now comes again by whoever found it due. */
    void housekeeping(CommandBody command, boolean leaderOnly, long now) {
        proposer.submit(command, new Purpose.Housekeeping(leaderOnly), 0, route, now);
    }

    /** A read was a queue owner's, the question whether a consumer's session is alive, or a client's call. */
    void answered(Reads.Answered read, long now) {
        if (read.question() instanceof OfOwner owner) {
            services.queueRead(owner.store(), read.answer(), now);
        } else if (read.question() instanceof OfCall of && !consumers.checked(of.call(), read.answer(), now)) {
            outputs.complete(of.call(), read.answer());
        }
    }
}
