package io.sinkron.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockCommand.Acquire;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.wire.LockWire;
import io.sinkron.wire.WireReader;
import io.sinkron.wire.WireWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * The lock table against {@link NaiveLockTable}: the same random commands, every answer compared, every invariant checked after each; a
 * twin that is restored from its snapshot's bytes now and then must say the same in the same order.
 */
class LockTableProperties {
    private static final LockLimits SMALL = new LockLimits(3, 3, 9, 3, 6, 10, 3, 3, 2, 1_000);
    private static final LockLimits WIDE = new LockLimits(9, 99, 99, 99, 99, 99, 99, 99, 99, 1_000);

    /** One step; what its numbers stand for depends on the state it meets. */
    record Step(int kind, int session, int owner, int lock, boolean exclusive, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.integers().between(0, 99),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 9))
                .as(Step::new);
        return step.list().ofMinSize(1).ofMaxSize(120);
    }

    @Property(tries = 700, shrinking = ShrinkingMode.BOUNDED)
    void answersLikeTheNaiveTableWithinSmallLimits(@ForAll("steps") List<Step> steps) throws Exception {
        new Run(SMALL, true).play(steps);
    }

    @Property(tries = 700, shrinking = ShrinkingMode.BOUNDED)
    void answersLikeTheNaiveTableWhereOwnersAskForSeveralLocksAtOnce(@ForAll("steps") List<Step> steps)
            throws Exception {
        new Run(WIDE, false).play(steps);
    }

    /** One table, its model, and what has been told to whom. */
    private static final class Run {
        private final LockLimits limits;
        private final boolean keyed;
        private final NaiveLockTable model;
        private final LockTable table;
        /** The same table, but restored now and then from its snapshot's bytes. */
        private LockTable twin;

        private final List<Object> twinsEffects = new ArrayList<>();
        private final List<Object> effects = new ArrayList<>();
        private final Map<CommandId, Answer> answers = new LinkedHashMap<>();
        private final Map<CommandId, Answer> told = new HashMap<>();
        private final List<Acquire> acquires = new ArrayList<>();
        private final List<CommandId> acquireIds = new ArrayList<>();
        private final Set<String> tokens = new HashSet<>();
        private final Map<String, Long> lastToken = new HashMap<>();
        private final Map<String, Long> lastExclusiveToken = new HashMap<>();
        private final Map<Long, Acquire> keys = new HashMap<>();
        private long index;
        private long stamp = 1_000;

        Run(LockLimits limits, boolean keyed) {
            this.limits = limits;
            this.keyed = keyed;
            this.table = new LockTable(limits);
            this.twin = new LockTable(limits);
            this.model = new NaiveLockTable(limits);
        }

        void play(List<Step> steps) throws MalformedMessageException {
            for (int session = 0; session < 3; session++) {
                run(new LockCommand.OpenSession("s" + session, 30_000, "", NodeId.of("n" + session)));
            }
            for (Step step : steps) {
                stamp += step.number();
                perform(step);
                if (step.number() == 9) {
                    restart();
                }
            }
        }

        private void perform(Step step) throws MalformedMessageException {
            LockOwner owner = new LockOwner("s" + step.session(), "o" + step.owner());
            String lock = "lock" + step.lock();
            if (step.kind() < 45) {
                acquire(owner, lock, step);
            } else if (step.kind() < 70) {
                NaiveLockTable.Hold hold = heldBy(owner, lock, step);
                long token = hold == null ? index : step.number() == 0 ? hold.token - 1 : hold.token;
                LockOwner who = hold == null ? owner : hold.owner;
                run(new LockCommand.Release(who, hold == null ? lock : hold.lock, token, remember(step, who, lock)));
            } else if (step.kind() < 88) {
                cancel(step);
            } else if (step.kind() < 92) {
                run(new LockCommand.CloseSession(owner.session()));
            } else if (step.kind() < 94) {
                run(new LockCommand.ExpireSession(owner.session(), step.number() < 5 ? 1 : 2));
            } else if (step.kind() < 98) {
                run(new LockCommand.OpenSession(owner.session(), 1_000, "again", NodeId.of("n1")));
            } else if (step.kind() == 98) {
                run(new LockCommand.ForceRelease(lock));
            } else {
                endWaits(step);
            }
        }

        /** Half of the releases are of something held, whoever holds it. */
        private NaiveLockTable.Hold heldBy(LockOwner owner, String lock, Step step) {
            return step.exclusive() && !model.holds.isEmpty()
                    ? model.holds.get(step.kind() % model.holds.size())
                    : model.hold(owner, lock);
        }

        private void acquire(LockOwner owner, String lock, Step step) throws MalformedMessageException {
            LockMode mode = step.exclusive() ? LockMode.EXCLUSIVE : LockMode.SHARED;
            DeadlockPolicy policy = step.kind() == 44 ? DeadlockPolicy.WAIT : DeadlockPolicy.REJECT;
            Optional<Remember> remember = remember(step, owner, lock, step.exclusive());
            Acquire acquire = new Acquire(owner, lock, mode, step.number() == 8 ? 0 : -1, "x", policy, remember);
            // Half of the requests with a key repeat the one that the key was made for, whoever's turn it is.
            Acquire first = remember.map(r -> keys.putIfAbsent(step.session() * 10L + step.number(), acquire))
                    .orElse(null);
            if (first != null && step.kind() % 2 == 0) {
                run(first);
            } else {
                run(acquire);
            }
        }

        /** The fingerprint stands for the whole request; now and then a key is used for another one. */
        private Optional<Remember> remember(Step step, Object... contents) {
            return step.number() < 3 && keyed
                    ? Optional.of(new Remember("key" + step.number(), step.kind() == 0 ? -1 : Objects.hash(contents)))
                    : Optional.empty();
        }

        private void cancel(Step step) throws MalformedMessageException {
            List<CommandId> waiting = model.waitingIds();
            List<CommandId> from = step.number() < 6 && !waiting.isEmpty() ? waiting : acquireIds;
            if (!from.isEmpty()) {
                int at = from == waiting
                        ? step.kind() % waiting.size()
                        : Math.max(0, from.size() - 1 - (step.kind() - 70) / 2);
                run(new LockCommand.CancelWait(from.get(at), step.exclusive(), step.owner() == 0));
            }
        }

        private void endWaits(Step step) {
            answers.clear();
            NodeId origin = NodeId.of("n" + step.session());
            long below = 1 + step.number() % 3;
            index++;
            onBoth((each, sink) -> each.endWaitsOf(origin, below, index, stamp, sink));
            model.endWaitsOf(origin, below, index, stamp);
            compare();
        }

        private void run(LockCommand command) throws MalformedMessageException {
            answers.clear();
            index++;
            CommandId id = new CommandId(NodeId.of("n" + index % 3), 1 + index / 40, index);
            if (command instanceof Acquire acquire) {
                acquires.add(acquire);
                acquireIds.add(id);
            }
            LockTable.Snapshot before = table.snapshot();
            onBoth((each, sink) -> each.apply(id, command, index, 1, stamp, sink));
            model.apply(id, command, index, 1, stamp);
            compare();
            if (answers.get(id) instanceof LockAnswer.NotHolder) {
                assertEquals(before, table.snapshot(), "L10 a refused release changed something");
            }
        }

        private void restart() throws MalformedMessageException {
            LockTable.Snapshot snapshot = twin.snapshot();
            WireWriter out = new WireWriter();
            LockWire.writeSnapshot(out, snapshot);
            Bytes bytes = out.toBytes();
            WireReader in = new WireReader(bytes);
            twin = LockTable.restore(limits, LockWire.readSnapshot(in));
            in.end();
            assertEquals(snapshot, twin.snapshot());
        }

        private void onBoth(BiConsumer<LockTable, LockSink> step) {
            effects.clear();
            twinsEffects.clear();
            step.accept(table, new Recorder(effects));
            step.accept(twin, new Recorder(twinsEffects));
            assertEquals(effects, twinsEffects, "a restored table does something else");
            assertEquals(table.snapshot(), twin.snapshot());
            for (Object effect : effects) {
                if (effect instanceof Answered answered) {
                    assertNull(answers.put(answered.id(), answered.answer()), "answered twice");
                }
            }
        }

        private void compare() {
            assertEquals(model.answers.keySet(), answers.keySet(), "other commands were answered");
            answers.forEach((id, answer) -> {
                assertNull(told.put(id, answer), "L11 a command was answered twice");
                Answer expected = model.answers.get(id);
                if (expected instanceof LockAnswer.Deadlock) {
                    LockAnswer.Deadlock deadlock = assertInstanceOf(LockAnswer.Deadlock.class, answer);
                    LockOwner requester = acquires.get(acquireIds.indexOf(id)).owner();
                    assertNull(model.refusals.get(id).flaw(deadlock.cycle(), requester), "L9");
                } else {
                    assertEquals(expected, answer);
                }
            });
            checkTokens();
            GraphView graph = (GraphView) table.read(new LockCommand.ReadGraph(), stamp);
            LockInvariants.check(table.snapshot(), graph);
            assertEquals(
                    model.refusedAt,
                    graph.deadlocks().stream()
                            .map(LockAnswer.RefusedCycle::atMillis)
                            .toList());
            compareViews();
        }

        /** L3: a new hold's token is greater than any that was exclusive before; that of an exclusive one greater than all before. */
        private void checkTokens() {
            for (Answer answer : answers.values()) {
                if (answer instanceof Granted granted
                        && tokens.add(granted.lock() + granted.owner() + granted.token())) {
                    boolean exclusive = granted.mode() == LockMode.EXCLUSIVE;
                    long below = (exclusive ? lastToken : lastExclusiveToken).getOrDefault(granted.lock(), 0L);
                    assertTrue(granted.token() > below, "L3 the token " + granted.token() + " after " + below);
                    lastToken.merge(granted.lock(), granted.token(), Math::max);
                    if (exclusive) {
                        lastExclusiveToken.put(granted.lock(), granted.token());
                    }
                }
            }
        }

        private void compareViews() {
            List<LockAnswer.LockView> expected =
                    model.lockNames().stream().map(model::view).toList();
            LockCommand all = new LockCommand.ReadLocks("", "", 100);
            assertEquals(new LockAnswer.LockViews(expected, ""), table.read(all, stamp));
            assertEquals(
                    model.sessions.keySet().stream().toList(),
                    table.sessions().stream().map(SessionLease::session).toList());
            assertEquals(model.waitingIds().size(), table.waitCount());
            assertEquals(expected.size(), table.lockCount());
        }
    }

    private record Answered(CommandId id, Answer answer) {}

    private record Recorder(List<Object> effects) implements LockSink {
        @Override
        public void answer(CommandId id, Answer answer) {
            effects.add(new Answered(id, answer));
        }

        @Override
        public void changed(String lock, LockOwner owner, String what) {
            assertTrue(List.of("granted", "released", "waiting", "deadlock", "expired")
                    .contains(what));
            effects.add(what + lock + owner);
        }
    }
}
