package io.sinkron.node;

import io.sinkron.cache.MemoryCommand;
import io.sinkron.cache.MemoryTable;
import io.sinkron.cluster.ClusterCommand;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewTable;
import io.sinkron.common.Answer;
import io.sinkron.common.Command;
import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockLimits;
import io.sinkron.lock.LockOwner;
import io.sinkron.lock.LockSink;
import io.sinkron.lock.LockTable;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueReply;
import io.sinkron.queue.QueueTables;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one machine that the log is applied to: sessions and locks, the cluster view, queues and memory, and the answers given. Every replica applies
 * the same entries in the same order and so reaches the same state; time moves with the entries' stamps only. Applying never throws for what a
 * command asks.
 */
final class ReplicatedState {
    private final LockTable locks;
    private final ViewTable view;
    private final QueueTables queues;
    private final MemoryTable memory;
    private final AnswerTable answers;
    private long appliedIndex;
    private long stampMillis;

    ReplicatedState(LockLimits limits) {
        this(new LockTable(limits), new ViewTable(), new QueueTables(), new MemoryTable(), new AnswerTable(), 0, 0);
    }

    ReplicatedState(
            LockTable locks,
            ViewTable view,
            QueueTables queues,
            MemoryTable memory,
            AnswerTable answers,
            long appliedIndex,
            long stampMillis) {
        this.locks = locks;
        this.view = view;
        this.queues = queues;
        this.memory = memory;
        this.answers = answers;
        this.appliedIndex = appliedIndex;
        this.stampMillis = stampMillis;
    }

    /** The index of the last entry that is in this state. */
    long appliedIndex() {
        return appliedIndex;
    }

    /** The stamp of that entry. */
    long stampMillis() {
        return stampMillis;
    }

    LockTable locks() {
        return locks;
    }

    ViewTable view() {
        return view;
    }

    QueueTables queues() {
        return queues;
    }

    MemoryTable memory() {
        return memory;
    }

    AnswerTable answers() {
        return answers;
    }

    /**
     * Applies the next entry.
     *
     * @param command what a command entry's payload says; empty for other entries and for a payload that can't be read, which every replica
     *     passes over alike
     */
    void apply(LogEntry entry, Optional<Command> command, StateSink sink) {
        if (entry.index() != appliedIndex + 1) {
            throw new InvariantViolation("entry " + entry.index() + " is applied after " + appliedIndex);
        }
        if (entry.stampMillis() < stampMillis) {
            throw new InvariantViolation("entry " + entry.index() + " is stamped " + entry.stampMillis()
                    + ", an earlier one " + stampMillis);
        }
        appliedIndex = entry.index();
        stampMillis = entry.stampMillis();
        command.ifPresent(c -> apply(entry, c, sink));
    }

    private void apply(LogEntry entry, Command command, StateSink sink) {
        CommandId id = command.id();
        long known = answers.incarnation(id.origin());
        Recorder recorder = new Recorder(sink, id);
        if (answers.begin(id, command.answeredBelow()) == AnswerTable.Seen.BEFORE) {
            answers.answer(id).ifPresent(answer -> sink.answered(id, answer));
            return;
        }
        apply(entry, id, command.body(), recorder);
        if (!recorder.hasAnswered) {
            sink.waiting(id);
        }
        if (known != 0 && known < id.incarnation()) {
            // The origin has started anew. After the command, because a grant that this makes has the same index as its
            // token.
            locks.endWaitsOf(id.origin(), id.incarnation(), entry.index(), stampMillis, recorder);
        }
    }

    private void apply(LogEntry entry, CommandId id, CommandBody body, Recorder recorder) {
        if (body instanceof LockCommand lock) {
            applyLock(entry, id, lock, recorder);
        } else if (body instanceof QueueCommand queue) {
            recorder.answer(id, applyQueue(queue));
        } else if (body instanceof MemoryCommand memoryCommand) {
            recorder.answer(id, applyMemory(memoryCommand));
        } else if (body instanceof ClusterCommand cluster) {
            applyCluster(entry, cluster, recorder);
            recorder.answer(id, new LockAnswer.Done());
        } else {
            throw new InvariantViolation("no table applies " + body.getClass().getName());
        }
    }

    private void applyLock(LogEntry entry, CommandId id, LockCommand command, Recorder recorder) {
        if (command instanceof LockCommand.CancelWait cancel) {
            answers.forbid(cancel.acquire(), new Refusal.Cancelled());
        }
        String named = sessionOf(command);
        boolean hadSession = !named.isEmpty() && locks.hasSession(named);
        locks.apply(id, command, entry.index(), entry.term(), stampMillis, recorder);
        if (!named.isEmpty()) {
            boolean hasSession = locks.hasSession(named);
            if (hasSession && !hadSession && command instanceof LockCommand.OpenSession open) {
                recorder.sink.sessionOpened(named, open.ttlMillis());
            } else if (hadSession && !hasSession) {
                recorder.sink.sessionEnded(named);
            }
        }
    }

    private static String sessionOf(LockCommand command) {
        if (command instanceof LockCommand.OpenSession open) {
            return open.session();
        }
        if (command instanceof LockCommand.CloseSession close) {
            return close.session();
        }
        return command instanceof LockCommand.ExpireSession expire ? expire.session() : "";
    }

    private Answer applyQueue(QueueCommand command) {
        if (command instanceof QueueCommand.Execute execute) {
            return new QueueReply.Executed(
                    queues.execute(execute.queue(), execute.epoch(), execute.operations(), stampMillis));
        }
        return new QueueReply.QueueNames(queues.names());
    }

    private Answer applyMemory(MemoryCommand command) {
        memory.passed(stampMillis);
        List<MemoryAnswer> results = new ArrayList<>(command.operations().size());
        for (MemoryOp operation : command.operations()) {
            results.add(memory.apply(operation));
        }
        return new MemoryCommand.Executed(results);
    }

    private void applyCluster(LogEntry entry, ClusterCommand command, Recorder recorder) {
        View before = view.current();
        if (!view.apply(command)) {
            return;
        }
        if (command instanceof ClusterCommand.PrepareView) {
            for (Member gone : before.members()) {
                if (!view.current().has(gone.id(), gone.incarnation())) {
                    locks.endWaitsOf(gone.id(), gone.incarnation() + 1, entry.index(), stampMillis, recorder);
                }
            }
        }
        recorder.sink.viewChanged(view.current(), view.active());
    }

    /** Remembers every answer before it is handed on. */
    private final class Recorder implements LockSink {
        private final StateSink sink;
        private final CommandId current;
        private boolean hasAnswered;

        Recorder(StateSink sink, CommandId current) {
            this.sink = sink;
            this.current = current;
        }

        @Override
        public void answer(CommandId id, Answer answer) {
            hasAnswered |= id.equals(current);
            answers.answered(id, answer);
            sink.answered(id, answer);
        }

        @Override
        public void changed(String lock, LockOwner owner, String what) {
            sink.lockChanged(lock, owner, what);
        }
    }
}
