package io.sinkron.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockCommand.Acquire;
import io.sinkron.lock.LockCommand.CancelWait;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Release;
import io.sinkron.lock.LockCommand.Remember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A lock table driven by short sentences. Owners are written {@code session/name}. Each command goes to a second table as well, restored a
 * moment ago from the first one's snapshot: it must say the same in the same order and end up equal. So every scenario is a test of snapshots
 * too. After each command the invariants are checked.
 */
final class LockScript {
    static final LockMode S = LockMode.SHARED;
    static final LockMode E = LockMode.EXCLUSIVE;
    static final NodeId N1 = NodeId.of("n1");
    static final NodeId N2 = NodeId.of("n2");

    private final LockTable table;
    private final LockLimits limits;
    private final Map<CommandId, Answer> answers = new HashMap<>();
    /** What has been said about locks, as {@code what lock owner}. */
    final List<String> events = new ArrayList<>();

    long index;
    long term = 1;
    long stampMillis = 1_000;
    private NodeId origin = N1;
    private long incarnation = 1;
    private long sequence;

    LockScript() {
        this(LockLimits.DEFAULT);
    }

    LockScript(LockLimits limits) {
        this.limits = limits;
        this.table = new LockTable(limits);
    }

    /** Opens these sessions. */
    static LockScript withSessions(String... sessions) {
        LockScript script = new LockScript();
        script.open(sessions);
        return script;
    }

    void open(String... sessions) {
        for (String session : sessions) {
            run(new LockCommand.OpenSession(session, 30_000, "label of " + session, origin));
        }
    }

    /** The commands from now on come from this start of this node. */
    void from(NodeId node, long itsIncarnation) {
        origin = node;
        incarnation = itsIncarnation;
    }

    static LockOwner owner(String text) {
        int slash = text.indexOf('/');
        return new LockOwner(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Applies a command and returns its id. */
    CommandId run(LockCommand command) {
        CommandId id = new CommandId(origin, incarnation, ++sequence);
        index++;
        onBoth((each, sink) -> each.apply(id, command, index, term, stampMillis, sink));
        return id;
    }

    void endWaitsOf(NodeId node, long belowIncarnation) {
        index++;
        onBoth((each, sink) -> each.endWaitsOf(node, belowIncarnation, index, stampMillis, sink));
    }

    private void onBoth(BiConsumer<LockTable, LockSink> step) {
        LockTable restored = LockTable.restore(limits, table.snapshot());
        Recorder recorder = new Recorder();
        step.accept(table, recorder);
        Recorder again = new Recorder();
        step.accept(restored, again);
        assertEquals(recorder.effects, again.effects, "a restored table does something else");
        assertEquals(table.snapshot(), restored.snapshot(), "a restored table differs from the one it was taken of");
        LockInvariants.check(table.snapshot(), graph());
        recorder.answers.forEach((id, answer) -> assertNull(answers.put(id, answer), () -> id + " was answered twice"));
        events.addAll(recorder.events);
    }

    /** An acquire that waits without bound. */
    CommandId acquire(String owner, String lock, LockMode mode) {
        return run(request(owner, lock, mode, -1, DeadlockPolicy.REJECT, null));
    }

    /** An acquire that never waits. */
    CommandId tryAcquire(String owner, String lock, LockMode mode) {
        return run(request(owner, lock, mode, 0, DeadlockPolicy.REJECT, null));
    }

    /** An acquire that waits even in a cycle. */
    CommandId acquireAnyway(String owner, String lock, LockMode mode) {
        return run(request(owner, lock, mode, -1, DeadlockPolicy.WAIT, null));
    }

    /** An acquire with an idempotency key; the fingerprint stands for the request's contents. */
    CommandId acquireOnce(String key, long fingerprint, String owner, String lock, LockMode mode) {
        return run(request(owner, lock, mode, -1, DeadlockPolicy.REJECT, new Remember(key, fingerprint)));
    }

    static Acquire request(
            String owner, String lock, LockMode mode, long waitMillis, DeadlockPolicy policy, Remember remember) {
        return new Acquire(
                owner(owner), lock, mode, waitMillis, "label of " + owner, policy, Optional.ofNullable(remember));
    }

    /** Acquires, which must be granted at once; returns the token. */
    long hold(String owner, String lock, LockMode mode) {
        return granted(acquire(owner, lock, mode)).token();
    }

    CommandId release(String owner, String lock, long token) {
        return run(new Release(owner(owner), lock, token, Optional.empty()));
    }

    CommandId releaseOnce(String key, long fingerprint, String owner, String lock, long token) {
        return run(new Release(owner(owner), lock, token, Optional.of(new Remember(key, fingerprint))));
    }

    /** Gives one level back, which must succeed; returns the depth left. */
    int free(String owner, String lock, long token) {
        return answer(release(owner, lock, token), LockAnswer.Released.class).holds();
    }

    void cancel(CommandId acquire) {
        run(new CancelWait(acquire, false, false));
    }

    void timeOut(CommandId acquire) {
        run(new CancelWait(acquire, true, true));
    }

    void giveBack(CommandId acquire) {
        run(new CancelWait(acquire, false, true));
    }

    void close(String session) {
        run(new LockCommand.CloseSession(session));
    }

    void expire(String session) {
        run(new LockCommand.ExpireSession(session, term));
    }

    Answer answer(CommandId id) {
        return answers.get(id);
    }

    <T extends Answer> T answer(CommandId id, Class<T> type) {
        return assertInstanceOf(type, answers.get(id), () -> "the answer of " + id);
    }

    Granted granted(CommandId id) {
        return answer(id, Granted.class);
    }

    void assertWaits(CommandId... ids) {
        for (CommandId id : ids) {
            assertNull(answers.get(id), () -> id + " should wait");
        }
    }

    LockView view(String lock) {
        return (LockView) table.read(new LockCommand.ReadLock(lock), stampMillis);
    }

    /** Who holds, as {@code session/name}, in order. */
    List<String> holders(String lock) {
        return view(lock).holders().stream().map(h -> name(h.owner())).toList();
    }

    /** Who waits, as {@code session/name}, in order. */
    List<String> waiters(String lock) {
        return view(lock).waiters().stream().map(w -> name(w.owner())).toList();
    }

    /** The edges of the wait-for graph as {@code a/x->b/y}. */
    List<String> edges() {
        return graph().edges().stream()
                .map(e -> name(e.from()) + "->" + name(e.to()))
                .toList();
    }

    GraphView graph() {
        return (GraphView) table.read(new LockCommand.ReadGraph(), stampMillis);
    }

    LockTable table() {
        return table;
    }

    static String name(LockOwner owner) {
        return owner.session() + "/" + owner.name();
    }

    private static final class Recorder implements LockSink {
        private final Map<CommandId, Answer> answers = new LinkedHashMap<>();
        private final List<String> events = new ArrayList<>();
        private final List<Object> effects = new ArrayList<>();

        @Override
        public void answer(CommandId id, Answer answer) {
            assertNull(answers.put(id, answer), () -> id + " was answered twice");
            effects.add(List.of(id, answer));
        }

        @Override
        public void changed(String lock, LockOwner owner, String what) {
            events.add(what + " " + lock + " " + name(owner));
            effects.add(what + " " + lock + " " + name(owner));
        }
    }
}
