package io.sinkron.node;

import io.sinkron.cache.CacheEffect;
import io.sinkron.cache.CacheMessage;
import io.sinkron.cache.CacheNode;
import io.sinkron.cache.LineTable;
import io.sinkron.cache.MemoryCommand;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.queue.QueueBroker;
import io.sinkron.queue.QueueEffect;
import io.sinkron.queue.QueueMessage;
import io.sinkron.queue.QueueReply;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.QueueAnswer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The queue broker and the cache of a node, and the way from them to their stores: outside, or through the log. Both serve only while the node's lease is
 * valid and the active view has its incarnation.
 */
final class Services {
    /** The call of whoever wants no answer. */
    private static final long NOBODY = 0;

    private final NodeOptions options;
    private final long incarnation;
    private final QueueBroker broker;
    private final CacheNode cache;
    private final LineTable lines;
    private final MemoryBatches memory = new MemoryBatches();
    private final Proposer proposer;
    private final Proposer.Route route;
    private final ReplicatedQueues queues;
    private final Outputs outputs;
    private final Map<Long, Long> listCalls = new HashMap<>();
    private long nextList = -1;
    private long adoptList;
    private boolean mustAdopt;
    private long installedEpoch;
    private boolean isServing;
    private boolean isLeaving;

    Services(
            NodeOptions options,
            long incarnation,
            RandomGenerator random,
            Proposer proposer,
            Proposer.Route route,
            ReplicatedQueues queues,
            Outputs outputs) {
        this.options = options;
        this.incarnation = incarnation;
        this.broker = new QueueBroker(options.queues(), options.self(), incarnation, random);
        this.lines = new LineTable(options.cache());
        this.cache = new CacheNode(options.cache(), options.self(), incarnation, lines, random);
        this.proposer = proposer;
        this.route = route;
        this.queues = queues;
        this.outputs = outputs;
    }

    LineTable lines() {
        return lines;
    }

    /** The newest view that this node has installed. */
    long installedEpoch() {
        return installedEpoch;
    }

    boolean isServing() {
        return isServing;
    }

    void call(Call.Queue call, long now) {
        broker.call(call.id(), call.queue(), call.request(), call.deadlineNanos(), now);
    }

    void call(Call.Cache call, long now) {
        cache.call(call.id(), call.request(), call.deadlineNanos(), now);
    }

    void call(Call.DeclareRegion call, long now) {
        cache.region(call.id(), call.region(), now);
    }

    void call(Call.RemoveRegion call, long now) {
        cache.removeRegion(call.id(), call.name(), now);
    }

    /** Asks the store for its queues. */
    void call(Call.ListQueues call, long now) {
        if (!options.externalQueues()) {
            queues.list(call, now).ifPresent(refusal -> outputs.complete(call.id(), refusal));
            return;
        }
        listCalls.put(nextList, call.id());
        outputs.add(new NodeEffect.ListQueueStore(nextList));
        nextList--;
    }

    void cancel(long call, long now) {
        broker.cancel(call, now);
        cache.cancel(call, now);
    }

    /** This node has left the group: open calls end. */
    void leave(long now) {
        broker.leave(now);
        cache.leave(now);
    }

    /** A session is over, and with it the consumer that went by its name. */
    void consumerEnded(String session, long now) {
        broker.consumerEnded(session, now);
    }

    void close(long call, long deadline, long now) {
        cache.close(call, deadline, now);
    }

    /** This node is about to be taken out of the view, or not any more: dirty lines are written back once for each time. */
    void leaving(boolean isAboutTo, long now) {
        if (isAboutTo && !isLeaving) {
            cache.flush(NOBODY, now);
        }
        isLeaving = isAboutTo;
    }

    void receive(NodeId from, QueueMessage message, long now) {
        broker.receive(from, message, now);
    }

    void receive(NodeId from, CacheMessage message, long now) {
        cache.receive(from, message, now);
    }

    void queueStored(long operation, List<QueueAnswer> answers, long now) {
        broker.stored(operation, answers, now);
    }

    void queueStoreFailed(long operation, boolean maybeApplied, String reason, long now) {
        Long call = listCalls.remove(operation);
        if (call != null) {
            outputs.complete(call, new Refusal.Unavailable(reason, 1_000));
        } else if (operation == adoptList) {
            mustAdopt = true;
        } else {
            broker.failed(operation, maybeApplied, reason, now);
        }
    }

    void queuesListed(long operation, List<String> names, long now) {
        Long call = listCalls.remove(operation);
        if (operation == adoptList) {
            broker.adopt(names, now);
        } else if (call != null) {
            outputs.complete(call, new QueueReply.QueueNames(names));
        }
    }

    void memoryStored(long batch, List<MemoryAnswer> answers, long now) {
        long[] operations = memory.finish(batch);
        for (int i = 0; operations != null && i < operations.length; i++) {
            cache.memory(operations[i], answers.get(i), now);
        }
    }

    void memoryFailed(long batch, boolean maybeApplied, String reason, long now) {
        long[] operations = memory.finish(batch);
        for (int i = 0; operations != null && i < operations.length; i++) {
            cache.memoryFailed(operations[i], maybeApplied, reason, now);
        }
    }

    /** The log has answered a queue operation. */
    void queueAnswered(long operation, Answer answer, long now) {
        if (answer instanceof QueueReply.Executed executed) {
            broker.stored(operation, executed.answers(), now);
        } else {
            broker.failed(operation, false, answer.toString(), now);
        }
    }

    /** A queue operation was read by index, or couldn't be. */
    void queueRead(QueueEffect.Store store, Answer answer, long now) {
        if (answer instanceof Reads.NoRead) {
            queues.propose(store, now)
                    .ifPresent(refusal -> broker.failed(store.operation(), false, refusal.detail(), now));
        } else {
            queueAnswered(store.operation(), answer, now);
        }
    }

    /** The log has answered a batch of memory operations. */
    void memoryAnswered(long batch, Answer answer, long now) {
        if (answer instanceof MemoryCommand.Executed executed) {
            memoryStored(batch, executed.answers(), now);
        } else {
            memoryFailed(batch, false, answer.toString(), now);
        }
    }

    /** A view is prepared. */
    void viewPrepared(View view, long now) {
        cache.viewPrepared(view, now);
        installedAsOutsider(view);
    }

    /** A view is active: its ring routes from now on. */
    void viewActive(View view, List<String> replicatedQueues, long now) {
        Ring ring = Ring.of(view, options.ringSeed());
        broker.viewActive(view, ring, now);
        cache.viewActive(view, ring, now);
        installedAsOutsider(view);
        if (options.externalQueues()) {
            mustAdopt = true;
        } else {
            broker.adopt(replicatedQueues, now);
        }
    }

    /** What is due in queues that this node has come to own happens though nobody calls: so the external store is asked which there are. */
    private void adopt() {
        if (mustAdopt && isServing) {
            mustAdopt = false;
            adoptList = nextList--;
            outputs.add(new NodeEffect.ListQueueStore(adoptList));
        }
    }

    /** Who isn't in a view acts by none as soon as it knows, and so has installed it; only then may it ask to be taken in. */
    private void installedAsOutsider(View view) {
        if (!view.has(options.self(), incarnation)) {
            installedEpoch = Math.max(installedEpoch, view.epoch());
        }
    }

    /** Serve, or stop serving: the lease's end as it is now. */
    void lease(boolean canServe, long leaseEndNanos, long clusterTimeMillis, long now) {
        lines.leaseUntil(canServe ? leaseEndNanos : now);
        cache.clusterTime(clusterTimeMillis, now);
        adopt();
        if (canServe == isServing) {
            return;
        }
        isServing = canServe;
        broker.lease(canServe, now);
        cache.lease(canServe, now);
        if (!canServe) {
            outputs.publish(new NodeEvent.LeaseLost());
        }
    }

    void tick(long now) {
        broker.tick(now);
        cache.tick(now);
    }

    long deadline() {
        long queue = broker.deadline();
        long line = cache.deadline();
        return queue - line < 0 ? queue : line;
    }

    /** Performs what the machines ask for; false if they asked for nothing. */
    boolean perform(Optional<NodeId> leader, long now) {
        boolean isMoving = false;
        for (QueueEffect effect : broker.effects()) {
            perform(effect, now);
            isMoving = true;
        }
        for (CacheEffect effect : cache.effects()) {
            perform(effect, leader);
            isMoving = true;
        }
        for (MemoryBatches.Batch batch : memory.take()) {
            perform(batch, now);
        }
        return isMoving;
    }

    private void perform(QueueEffect effect, long now) {
        if (effect instanceof QueueEffect.Send send) {
            outputs.send(send.to(), send.message());
        } else if (effect instanceof QueueEffect.Complete done) {
            outputs.complete(done.call(), done.answer());
        } else if (effect instanceof QueueEffect.Store store) {
            perform(store, now);
        } else if (effect instanceof QueueEffect.Moved moved) {
            outputs.publish(new NodeEvent.QueueMoved(moved.queue(), options.self(), moved.epoch()));
        }
    }

    private void perform(QueueEffect.Store store, long now) {
        if (options.externalQueues()) {
            outputs.add(
                    new NodeEffect.CallQueueStore(store.operation(), store.queue(), store.epoch(), store.operations()));
            return;
        }
        queues.call(store, now).ifPresent(refusal -> broker.failed(store.operation(), false, refusal.detail(), now));
    }

    private void perform(MemoryBatches.Batch batch, long now) {
        if (options.externalMemory()) {
            outputs.add(new NodeEffect.CallMemoryStore(batch.id(), batch.operations()));
            return;
        }
        MemoryCommand command = new MemoryCommand(batch.operations());
        proposer.submit(command, new Purpose.MemoryOperations(batch.id()), 0, route, now)
                .ifPresent(refusal -> memoryFailed(batch.id(), false, refusal.detail(), now));
    }

    private void perform(CacheEffect effect, Optional<NodeId> leader) {
        if (effect instanceof CacheEffect.Send send) {
            outputs.send(send.to(), send.message());
        } else if (effect instanceof CacheEffect.Complete done) {
            if (done.call() != NOBODY) {
                outputs.complete(done.call(), done.answer());
            }
        } else if (effect instanceof CacheEffect.Memory operation) {
            memory.add(operation.operation(), operation.op());
        } else if (effect instanceof CacheEffect.Installed installed) {
            installedEpoch = Math.max(installedEpoch, installed.epoch());
            leader.ifPresent(to -> outputs.send(to, new ClusterMessage.ViewInstalled(installed.epoch())));
        } else if (effect instanceof CacheEffect.Invalidated line) {
            outputs.publish(new NodeEvent.LineInvalidated(line.key()));
        } else if (effect instanceof CacheEffect.AuditFinding finding) {
            outputs.publish(new NodeEvent.LineIncoherent(finding));
        } else if (effect instanceof CacheEffect.Changed change) {
            outputs.publish(new NodeEvent.KeyChanged(change.key(), change.version(), change.kind()));
        }
    }
}
