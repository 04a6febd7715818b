package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandBody;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockCommand;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueEffect;
import io.sinkron.queue.QueueReply;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftEffects.ReadDone;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Linearizable reads of the replicated state without an entry in the log (Ongaro 2014, section 6.4, "ReadIndex"): Raft says up to where must be applied, and
 * once this node's own state is there the read is answered from it. A read that Raft refuses, because nobody leads or the leader has changed, or that stays
 * without an answer, is asked again; by its deadline it ends as {@code Unavailable}. A read has no effect, so nothing of it can be unknown.
 *
 * <pre>
 *   submitted ──▶ ASKED ──index──▶ CONFIRMED ──applied up to it──▶ answered
 *                  ▲ │
 *     pause over,  │ │ refused, or silent for the pause
 *     leader known └─┴▶ REFUSED                      in any state: deadline ──▶ Unavailable
 * </pre>
 *
 * <p>At most {@code openCalls} at once. Pure.
 */
final class Reads {
    private final Raft raft;
    private final int maxOpen;
    private final long resendNanos;
    private final LinkedHashMap<Long, Read> asked = new LinkedHashMap<>();
    private final Deque<Read> refused = new ArrayDeque<>();
    private final TreeMap<Long, List<Read>> confirmed = new TreeMap<>();
    private final Timers<Read> deadlines;
    private int open;

    Reads(Raft raft, NodeOptions.Limits limits, long now) {
        this.raft = raft;
        this.maxOpen = limits.openCalls();
        this.resendNanos = limits.resendNanos();
        this.deadlines = new Timers<>(now);
    }

    /** What is read, and who wants to know. */
    sealed interface Question {
        /** A call, by its number. */
        record OfCall(long call, CommandBody command) implements Question {}

        /** A queue's owner, who believes that its call to the store changes nothing. */
        record OfOwner(QueueEffect.Store store) implements Question {}
    }

    /** Answers an owner who is mistaken: what it asks would change something, or under another claim than its own, and so belongs into the log. */
    record NoRead() implements Answer {}

    /** A question and its answer. */
    record Answered(Question question, Answer answer) {}

    private static final class Read {
        private final Question question;
        private long askedNanos;
        private boolean isDone;

        Read(Question question) {
            this.question = question;
        }
    }

    /** Whether a command only reads, and so belongs here. */
    static boolean isRead(CommandBody command) {
        return command instanceof LockCommand.ReadLock
                || command instanceof LockCommand.ReadLocks
                || command instanceof LockCommand.ReadGraph
                || command instanceof LockCommand.ReadSessions
                || command instanceof QueueCommand.ListQueues;
    }

    /** Takes a read; its answer comes out of {@link #answered} or {@link #expired}. Returns a refusal if it can't be taken. */
    Optional<Refusal> submit(Question question, long deadlineNanos, long now) {
        if (open >= maxOpen) {
            return Optional.of(new Refusal.Overloaded("openCalls", maxOpen));
        }
        Read read = new Read(question);
        open++;
        deadlines.add(deadlineNanos, read);
        ask(read, now);
        return Optional.empty();
    }

    private void ask(Read read, long now) {
        read.askedNanos = now;
        asked.put(raft.read(now), read);
    }

    /** Raft has found out. What it says of a read that has been asked again meanwhile, or is over, is passed over. */
    void found(List<ReadDone> done) {
        for (ReadDone answer : done) {
            Read read = asked.remove(answer.id());
            if (read == null || read.isDone) {
                continue;
            }
            if (answer.index() == RaftEffects.REFUSED) {
                refused.add(read);
            } else {
                confirmed
                        .computeIfAbsent(answer.index(), index -> new ArrayList<>())
                        .add(read);
            }
        }
    }

    /** There is another leader, or this node is it: what was refused is asked again at once. */
    void leaderChanged(long now) {
        for (Read read = refused.poll(); read != null; read = refused.poll()) {
            if (!read.isDone) {
                ask(read, now);
            }
        }
    }

    /** Asks again what was refused, or has been silent, for the pause. */
    void resend(long now) {
        List<Read> again = new ArrayList<>(0);
        while (!refused.isEmpty() && now - refused.peek().askedNanos >= resendNanos) {
            again.add(refused.poll());
        }
        Iterator<Read> oldestFirst = asked.values().iterator();
        while (oldestFirst.hasNext()) {
            Read oldest = oldestFirst.next();
            if (now - oldest.askedNanos < resendNanos) {
                break;
            }
            oldestFirst.remove();
            again.add(oldest);
        }
        for (Read read : again) {
            if (!read.isDone) {
                ask(read, now);
            }
        }
    }

    /** Answers what the state has reached. */
    List<Answered> answered(ReplicatedState state, long clusterTimeMillis) {
        if (confirmed.isEmpty() || confirmed.firstKey() > state.appliedIndex()) {
            return List.of();
        }
        List<Answered> answered = new ArrayList<>();
        Map<Long, List<Read>> reached = confirmed.headMap(state.appliedIndex(), true);
        for (List<Read> reads : reached.values()) {
            for (Read read : reads) {
                if (!read.isDone) {
                    finish(read);
                    answered.add(new Answered(read.question, answer(read.question, state, clusterTimeMillis)));
                }
            }
        }
        reached.clear();
        return answered;
    }

    private static Answer answer(Question question, ReplicatedState state, long clusterTimeMillis) {
        if (question instanceof Question.OfOwner owner) {
            QueueEffect.Store store = owner.store();
            return state.queues()
                    .read(store.queue(), store.epoch(), store.operations(), clusterTimeMillis)
                    .<Answer>map(QueueReply.Executed::new)
                    .orElseGet(NoRead::new);
        }
        return ((Question.OfCall) question).command() instanceof LockCommand lock
                ? state.locks().read(lock, clusterTimeMillis)
                : new QueueReply.QueueNames(state.queues().names());
    }

    /** Reads whose time is over. */
    List<Answered> expired(long now) {
        List<Answered> ended = new ArrayList<>(0);
        for (Read read : deadlines.due(now)) {
            if (!read.isDone) {
                finish(read);
                String reason = raft.leader().isEmpty() ? "no leader" : "no answer from a quorum in time";
                ended.add(new Answered(read.question, new Refusal.Unavailable(reason, 500)));
            }
        }
        return ended;
    }

    private void finish(Read read) {
        read.isDone = true;
        open--;
    }

    /** When something of this is next due. */
    long deadline(long far) {
        long first = deadlines.next(far);
        first = earlier(first, refused.isEmpty() ? far : refused.peek().askedNanos + resendNanos);
        return earlier(first, asked.isEmpty() ? far : asked.values().iterator().next().askedNanos + resendNanos);
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }
}
