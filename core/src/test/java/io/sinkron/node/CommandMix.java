package io.sinkron.node;

import io.sinkron.cache.MemoryCommand;
import io.sinkron.cluster.ClusterCommand;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueReply;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.contract.QueueScript;
import io.sinkron.wire.CommandWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A log for all tables of the replicated state, made out of plain numbers so that a property can shrink it: sessions, locks, waits and cycles, queues, memory,
 * views, restarted origins, repeated commands, payloads that nobody can read. What earlier commands were answered is used by later ones. Not thread-safe.
 */
final class CommandMix implements StateSink {
    private static final int ORIGINS = 3;
    private static final int KINDS = 100;

    private final QueueScript[] queues = {new QueueScript(), new QueueScript()};
    private final List<Command> sent = new ArrayList<>();
    private final List<Granted> grants = new ArrayList<>();
    private final long[] epochs = new long[2];
    private final long[] sequences = new long[ORIGINS];
    private final long[] incarnations = {1, 1, 1};
    private View view = View.EMPTY;
    private long index;
    private long stampMillis = 1_000_000;
    private int queueOfLast = -1;

    /** One entry: what to do, with what, so long after the one before. */
    record Step(int kind, int a, int b, int millis) {}

    LogEntry next(Step step) {
        index++;
        stampMillis += step.millis;
        queueOfLast = -1;
        int dice = Math.floorMod(step.kind, KINDS);
        if (dice == 0) {
            return new LogEntry(index, 1 + index / 50, stampMillis, LogEntry.Kind.NOOP, Bytes.EMPTY);
        } else if (dice == 1) {
            return entry(Bytes.utf8("nobody can read this"));
        } else if (dice < 5 && !sent.isEmpty()) {
            return entry(CommandWire.encode(sent.get(step.a % sent.size())));
        } else if (dice == 5) {
            int origin = step.a % ORIGINS;
            incarnations[origin]++;
            sequences[origin] = 0;
        }
        int origin = step.b % ORIGINS;
        CommandId id = new CommandId(NodeId.of("n" + (origin + 1)), incarnations[origin], ++sequences[origin]);
        Command command = new Command(id, Math.max(1, id.sequence() - step.a % 9), body(dice, step.a, step.b));
        sent.add(command);
        return entry(CommandWire.encode(command));
    }

    private LogEntry entry(Bytes payload) {
        return new LogEntry(index, 1 + index / 50, stampMillis, LogEntry.Kind.COMMAND, payload);
    }

    private CommandBody body(int dice, int a, int b) {
        if (dice < 55) {
            return lock(dice, a, b);
        } else if (dice < 80) {
            queueOfLast = b % 2;
            boolean isClaim = epochs[queueOfLast] == 0 || dice == 55;
            QueueOp op = isClaim ? new QueueOp.Claim() : queues[queueOfLast].next(dice * 7 + a, a, b);
            long epoch = isClaim ? ++epochs[queueOfLast] : Math.max(1, epochs[queueOfLast] - a % 20 / 19);
            return new QueueCommand.Execute("q" + queueOfLast, epoch, List.of(op));
        } else if (dice < 94) {
            MemoryValue value = new MemoryValue(a % 50, b % 5 == 0, Bytes.utf8("v" + a), b % 3 * 1_000L, List.of());
            Bytes key = Bytes.utf8("k" + b % 7);
            return new MemoryCommand(
                    List.of(new MemoryOp.PutIfNewer(key, 1 + a % 3, value), new MemoryOp.GetFenced(key, 1 + b % 3)));
        } else if (dice < 97) {
            return new ClusterCommand.ActivateView(view.epoch());
        }
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < ORIGINS; i++) {
            if ((a >> i & 1) == 0) {
                members.add(new Member(NodeId.of("n" + (i + 1)), incarnations[i], 1 + b % 3, "a" + i, ""));
            }
        }
        return new ClusterCommand.PrepareView(view.epoch(), members);
    }

    private LockCommand lock(int dice, int a, int b) {
        String session = "s" + a % 4;
        LockOwner owner = new LockOwner(session, "o" + b % 3);
        String lock = "l" + (a + b) % 5;
        if (dice < 14) {
            return new LockCommand.OpenSession(session, 1_000 + b, "label", NodeId.of("n" + (1 + b % ORIGINS)));
        } else if (dice == 14) {
            return new LockCommand.CloseSession(session);
        } else if (dice == 15) {
            return new LockCommand.ExpireSession(session, 1);
        } else if (dice < 40) {
            return new LockCommand.Acquire(
                    owner,
                    lock,
                    b % 3 == 0 ? LockMode.SHARED : LockMode.EXCLUSIVE,
                    a % 3 == 0 ? 0 : -1,
                    "",
                    LockCommand.DeadlockPolicy.REJECT,
                    a % 7 == 0 ? Optional.of(new LockCommand.Remember("key" + b % 3, a)) : Optional.empty());
        } else if (dice < 50 && !grants.isEmpty()) {
            Granted granted = grants.get(b % grants.size());
            return new LockCommand.Release(granted.owner(), granted.lock(), granted.token(), Optional.empty());
        } else if (dice < 54 && !sent.isEmpty()) {
            return new LockCommand.CancelWait(sent.get(a % sent.size()).id(), b % 2 == 0, b % 3 == 0);
        }
        return new LockCommand.ForceRelease(lock);
    }

    @Override
    public void answered(CommandId id, Answer answer) {
        if (answer instanceof Granted granted) {
            grants.add(granted);
        } else if (queueOfLast >= 0 && answer instanceof QueueReply.Executed executed) {
            executed.answers().forEach(queues[queueOfLast]::answered);
        }
    }

    @Override
    public void waiting(CommandId id) {}

    @Override
    public void viewChanged(View current, View active) {
        view = current;
    }

    @Override
    public void sessionOpened(String session, long ttlMillis) {}

    @Override
    public void sessionEnded(String session) {}

    @Override
    public void lockChanged(String lock, LockOwner owner, String what) {}
}
