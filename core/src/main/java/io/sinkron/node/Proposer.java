package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockCommand;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.raft.Proposals;
import io.sinkron.wire.CommandWire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gets this node's commands applied exactly once: numbers them, hands them to whoever leads, hands them over again after a change of leader or a
 * silence, and ends each call by its deadline. A command is open until this node has applied it; the lowest open one travels with each command, so
 * that the replicas know which answers may be forgotten.
 *
 * <p>How a call ends: applied → its answer; never handed to anybody by the deadline → {@code Unavailable}; handed over and silent by the
 * deadline → {@code OutcomeUnknown}. An acquire that is given up is cancelled in the log as well, and a grant that
 * wins that race is given back, so that nobody is left holding a lock that no client knows of. Pure.
 */
final class Proposer {
    private static final int COMMAND_OVERHEAD_BYTES = 8;

    private final NodeId self;
    private final long incarnation;
    private final NodeOptions.Limits limits;
    private final Window<Pending> open = new Window<>(1);
    private final Map<Long, Pending> waiting = new HashMap<>();
    private final Map<Long, Pending> acquiresByCall = new HashMap<>();
    private final LinkedHashMap<Long, CommandId> endedAcquires = new LinkedHashMap<>();
    private final Timers<Pending> deadlines;
    private final Timers<Pending> waitEnds;
    private final List<Bytes> outbound = new ArrayList<>();
    private int openCount;
    private long nextSequence = 1;
    private long nextResendNanos;
    private boolean hasUnsent;

    Proposer(NodeId self, long incarnation, NodeOptions.Limits limits, long now) {
        this.self = self;
        this.incarnation = incarnation;
        this.limits = limits;
        this.deadlines = new Timers<>(now);
        this.waitEnds = new Timers<>(now);
        this.nextResendNanos = now + limits.resendNanos();
    }

    /** Where commands go at present. */
    interface Route {
        /** Proposes here, if this node leads: whether the log took it. */
        Optional<Boolean> proposeHere(Bytes command, long now);

        /** Which bound it is, when the log here has just not taken a proposal. */
        Refusal.Overloaded fullness();

        /** Whether another node is known to lead. */
        boolean hasRemoteLeader();
    }

    /** Takes a command; the answer comes through {@link #answered}. Returns a refusal if it can't be taken. */
    Optional<Refusal> submit(CommandBody body, Purpose purpose, long deadline, Route route, long now) {
        boolean isClient = purpose instanceof Purpose.ClientCall;
        if (isClient && openCount >= limits.openCalls()) {
            return Optional.of(new Refusal.Overloaded("openCalls", limits.openCalls()));
        }
        if (isClient && nextSequence - lowestOpen() >= limits.answerWindow()) {
            return Optional.of(new Refusal.Overloaded("answerWindow", limits.answerWindow()));
        }
        CommandId id = new CommandId(self, incarnation, nextSequence);
        Bytes encoded = CommandWire.encode(new Command(id, Math.min(lowestOpen(), nextSequence), body));
        if (encoded.size() > limits.maxCommandBytes()) {
            return Optional.of(new Refusal.BadRequest(
                    "", "the command has " + encoded.size() + " bytes, allowed are " + limits.maxCommandBytes()));
        }
        nextSequence++;
        Pending pending = new Pending(id, purpose, encoded, deadline);
        open.put(id.sequence(), pending);
        openCount++;
        if (isClient) {
            deadlines.add(deadline, pending);
            if (purpose instanceof Purpose.ClientCall call && call.waitNanos() > 0) {
                waitEnds.add(now + call.waitNanos(), pending);
            }
            if (body instanceof LockCommand.Acquire && purpose instanceof Purpose.ClientCall call) {
                acquiresByCall.put(call.call(), pending);
            }
        }
        boolean isRefused = !dispatch(pending, route, now);
        if (isRefused && isClient) {
            finish(pending);
            return Optional.of(route.fullness());
        }
        return Optional.empty();
    }

    /** False if this node leads and its log has no room; the command then stays open and is tried again. */
    private boolean dispatch(Pending pending, Route route, long now) {
        pending.sentNanos = now;
        Optional<Boolean> here = route.proposeHere(pending.encoded, now);
        if (here.isPresent()) {
            pending.isSent |= here.get();
            return here.get();
        }
        if (route.hasRemoteLeader() && !isLeaderOnly(pending)) {
            outbound.add(pending.encoded);
            pending.isSent = true;
        } else {
            hasUnsent = true;
        }
        return true;
    }

    /** Another node leads, or this one does now: everything open goes there. Also called when nothing changed but something wasn't sent. */
    void leaderChanged(Route route, long now) {
        hasUnsent = false;
        open.forEach(pending -> {
            if (isLeaderOnly(pending)) {
                finish(pending);
            } else {
                dispatch(pending, route, now);
            }
        });
    }

    /** Hands over again what has been silent too long. */
    void resend(Route route, long now) {
        if (now - nextResendNanos < 0) {
            return;
        }
        nextResendNanos = now + limits.resendNanos() / 4;
        open.forEach(pending -> {
            if (now - pending.sentNanos >= limits.resendNanos()) {
                if (isLeaderOnly(pending)) {
                    finish(pending);
                } else {
                    dispatch(pending, route, now);
                }
            }
        });
    }

    /** Whether something waits for a leader. */
    boolean hasUnsent() {
        return hasUnsent;
    }

    /** What goes to the leader, in messages of bounded size. */
    List<Proposals> takeOutbound() {
        if (outbound.isEmpty()) {
            return List.of();
        }
        List<Proposals> messages = new ArrayList<>(1);
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < outbound.size(); i++) {
            long size = outbound.get(i).size() + COMMAND_OVERHEAD_BYTES;
            if (i > from && (bytes + size > limits.batchBytes() || i - from >= limits.batchCommands())) {
                messages.add(new Proposals(outbound.subList(from, i)));
                from = i;
                bytes = 0;
            }
            bytes += size;
        }
        messages.add(new Proposals(outbound.subList(from, outbound.size())));
        outbound.clear();
        return messages;
    }

    /** This node has applied one of its commands, or a later one has answered it. Returns it if it was open. */
    Optional<Pending> answered(CommandId id) {
        Pending pending = open.get(id.sequence());
        if (pending == null) {
            pending = waiting.get(id.sequence());
        }
        if (pending == null) {
            return Optional.empty();
        }
        finish(pending);
        return Optional.of(pending);
    }

    /** This node has applied one of its acquires, which waits now. */
    void waits(CommandId id) {
        Pending pending = open.remove(id.sequence());
        if (pending != null) {
            pending.isWaiting = true;
            pending.encoded = Bytes.EMPTY;
            waiting.put(id.sequence(), pending);
        }
    }

    /** After a snapshot replaced the applied state: what it says of the commands that are open here. */
    List<Resolved> resolve(AnswerTable answers) {
        List<Pending> all = new ArrayList<>(waiting.values());
        all.sort((a, b) -> Long.compare(a.id.sequence(), b.id.sequence()));
        open.forEach(all::add);
        List<Resolved> resolved = new ArrayList<>();
        for (Pending pending : all) {
            answers.answer(pending.id).ifPresent(answer -> resolved.add(new Resolved(pending.id, answer)));
        }
        return resolved;
    }

    /** A command and the answer that a snapshot has for it. */
    record Resolved(CommandId id, Answer answer) {}

    /** Calls whose time is over. Each is finished; an acquire among them must be cancelled in the log with {@code giveBack}. */
    List<Expired> expired(long now) {
        List<Expired> ended = new ArrayList<>();
        for (Pending pending : deadlines.due(now)) {
            if (pending.isDone) {
                continue;
            }
            long call = ((Purpose.ClientCall) pending.purpose).call();
            boolean isAcquire = acquiresByCall.containsKey(call);
            finish(pending);
            ended.add(new Expired(call, pending.id, isAcquire && pending.isSent, refusalAtDeadline(pending)));
        }
        return ended;
    }

    private static Refusal refusalAtDeadline(Pending pending) {
        if (!pending.isSent) {
            return new Refusal.Unavailable("no leader", 500);
        }
        return new Refusal.OutcomeUnknown("The command was handed to the leader and not applied in time");
    }

    /** A call that ended by its deadline. */
    record Expired(long call, CommandId id, boolean mustCancel, Refusal refusal) {}

    /** Acquires whose wait is over, each once. */
    List<CommandId> waitsOver(long now) {
        List<CommandId> over = new ArrayList<>();
        for (Pending pending : waitEnds.due(now)) {
            if (!pending.isDone && !pending.isCancelling) {
                pending.isCancelling = true;
                over.add(pending.id);
            }
        }
        return over;
    }

    /**
     * The acquire of a call whose client gave up, to be cancelled in the log: one that is still open, or one of the last that ended, since its grant
     * may have been on its way to the client.
     */
    Optional<CommandId> cancel(long call) {
        Pending pending = acquiresByCall.get(call);
        if (pending == null) {
            return Optional.ofNullable(endedAcquires.remove(call));
        }
        if (pending.isCancelling) {
            return Optional.empty();
        }
        pending.isCancelling = true;
        return Optional.of(pending.id);
    }

    /** When something of this is next due. */
    long deadline(long far) {
        long first = deadlines.next(far);
        long wait = waitEnds.next(far);
        first = wait - first < 0 ? wait : first;
        return openCount > waiting.size() && nextResendNanos - first < 0 ? nextResendNanos : first;
    }

    private long lowestOpen() {
        return open.low();
    }

    private void finish(Pending pending) {
        if (pending.isDone) {
            return;
        }
        pending.isDone = true;
        pending.encoded = Bytes.EMPTY;
        openCount--;
        if (pending.isWaiting) {
            waiting.remove(pending.id.sequence());
        } else {
            open.remove(pending.id.sequence());
        }
        if (pending.purpose instanceof Purpose.ClientCall call && acquiresByCall.remove(call.call()) != null) {
            endedAcquires.put(call.call(), pending.id);
            if (endedAcquires.size() > limits.openCalls()) {
                endedAcquires.remove(endedAcquires.keySet().iterator().next());
            }
        }
    }

    private static boolean isLeaderOnly(Pending pending) {
        return pending.purpose instanceof Purpose.Housekeeping duty && duty.leaderOnly();
    }
}
