package io.sinkron.node;

import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Pending.Purpose;
import java.util.Optional;

/** What an applied command brings about at this node: calls that began here end, and the parts that follow the replicated state are told. Not thread-safe. */
final class AppliedHere implements StateSink {
    private static final long RETRY_MILLIS = 100;

    private final NodeId self;
    private final long incarnation;
    private final Applier applier;
    private final Proposer proposer;
    private final Services services;
    private final LeaderDuties duties;
    private final Standing standing;
    private final Outputs outputs;
    private boolean isPublishingLocks;
    private long now;

    AppliedHere(
            NodeId self,
            long incarnation,
            Applier applier,
            Proposer proposer,
            Services services,
            LeaderDuties duties,
            Standing standing,
            Outputs outputs) {
        this.self = self;
        this.incarnation = incarnation;
        this.applier = applier;
        this.proposer = proposer;
        this.services = services;
        this.duties = duties;
        this.standing = standing;
        this.outputs = outputs;
    }

    /** The time at which the next entries are applied. */
    void at(long time) {
        now = time;
    }

    /** Whether each touched lock is an event. */
    void publishLocks(boolean wanted) {
        isPublishingLocks = wanted;
    }

    @Override
    public void answered(CommandId id, Answer answer) {
        if (!isMine(id)) {
            return;
        }
        Optional<Pending> pending = proposer.answered(id);
        if (pending.isEmpty()) {
            return;
        }
        Purpose purpose = pending.get().purpose;
        if (purpose instanceof Purpose.ClientCall client) {
            outputs.complete(client.call(), forClient(answer));
        } else if (purpose instanceof Purpose.QueueOperation queue) {
            services.queueAnswered(queue.operation(), answer, now);
        } else if (purpose instanceof Purpose.MemoryOperations batch) {
            services.memoryAnswered(batch.batch(), answer, now);
        }
    }

    /** A wait that its client didn't give up, and that was ended all the same, was ended with this node's place in the view. */
    private static Answer forClient(Answer answer) {
        return answer instanceof LockAnswer.WaitCancelled
                ? new Refusal.Unavailable("this node has left the view, and its waits have ended", RETRY_MILLIS)
                : answer;
    }

    private boolean isMine(CommandId id) {
        return id.incarnation() == incarnation && id.origin().equals(self);
    }

    @Override
    public void waiting(CommandId id) {
        if (isMine(id)) {
            proposer.waits(id);
        }
    }

    @Override
    public void viewChanged(View current, View active) {
        boolean isActive = current.epoch() == active.epoch();
        duties.viewChanged(current, isActive, now);
        standing.viewChanged(applier.state(), now);
        outputs.publish(new NodeEvent.ViewChanged(current, isActive));
    }

    @Override
    public void sessionOpened(String session, long ttlMillis) {
        duties.sessionOpened(session, ttlMillis, now);
    }

    @Override
    public void sessionEnded(String session) {
        duties.sessionEnded(session);
        services.consumerEnded(session, now);
    }

    @Override
    public void lockChanged(String lock, LockOwner owner, String what) {
        if (isPublishingLocks) {
            outputs.publish(new NodeEvent.LockChanged(lock, owner.session(), owner.name(), what));
        }
    }
}
