package io.sinkron.transport.inmemory.sim;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.cache.CacheRequest;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.node.Call;
import io.sinkron.queue.QueueRequest;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.transport.inmemory.sim.workload.Environment;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A client that stays at one node and asks each service for one thing, again and again until it gets it. */
final class CoreProbe {
    private static final long MILLI = 1_000_000;
    private static final long TIMEOUT_NANOS = 2_000 * MILLI;

    private record Step(Environment.Request request, Predicate<Answer> success) {}

    private final Environment environment;
    private final NodeId node;
    private final List<Step> steps;
    private int done;
    private Answer last;

    CoreProbe(Environment environment, NodeId node) {
        this.environment = environment;
        this.node = node;
        String name = "probe-" + node;
        Bytes bytes = Bytes.utf8(name);
        CacheRequest put =
                new CacheRequest.Put(bytes, bytes, -1, 0, CacheRequest.Durability.BACKED_UP, Optional.empty());
        QueueOp enqueue =
                new QueueOp.Enqueue(List.of(NewMessage.of(bytes)), Optional.empty(), Bytes.wrap(new byte[16]));
        this.steps = List.of(
                new Step(
                        replicate(new LockCommand.OpenSession(name, 5_000, name, node)),
                        LockAnswer.SessionOpened.class::isInstance),
                new Step(replicate(new LockCommand.CloseSession(name)), LockAnswer.Done.class::isInstance),
                new Step(
                        (id, now, deadline) -> new Call.Cache(id, deadline, put),
                        CacheAnswer.Written.class::isInstance),
                new Step(
                        (id, now, deadline) -> new Call.Queue(id, deadline, name, new QueueRequest.Operate(enqueue)),
                        QueueAnswer.Enqueued.class::isInstance));
    }

    private static Environment.Request replicate(LockCommand command) {
        return (id, now, deadline) -> new Call.Replicate(id, deadline, command, 0);
    }

    void start() {
        environment.call(node, TIMEOUT_NANOS, steps.get(done).request, this::answered);
    }

    private void answered(Answer answer) {
        last = answer;
        if (steps.get(done).success.test(answer)) {
            done++;
        }
        if (!isDone()) {
            environment.after(100 * MILLI, this::start);
        }
    }

    boolean isDone() {
        return done == steps.size();
    }

    /** For reports. */
    @Override
    public String toString() {
        return node + " has served " + done + " of " + steps.size() + " probes, its last answer was " + last;
    }
}
