package io.sinkron.lock;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.Deadlock;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockCommand.Acquire;
import io.sinkron.lock.LockCommand.CancelWait;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Release;
import io.sinkron.lock.LockImages.HoldImage;
import io.sinkron.lock.LockImages.LockImage;
import io.sinkron.lock.LockImages.WaitImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Every sequence of commands of three sessions on two locks, breadth first, up to a depth: the invariants hold in each state, and a deadlock is
 * answered exactly where an exhaustive search of the naive graph finds a cycle. States that differ only in tokens, ids, ranks, the names of
 * the sessions or of the locks count as one.
 */
class LockTableExhaustiveTest {
    private static final int DEPTH = Integer.getInteger("sinkron.lock.exhaustive.depth", 7);
    private static final int MAX_STATES = Integer.getInteger("sinkron.lock.exhaustive.states", 60_000);
    private static final List<String> SESSIONS = List.of("1", "2", "3");
    private static final List<String> LOCKS = List.of("A", "B");
    private static final LockLimits LIMITS = new LockLimits(3, 2, 6, 2, 4, 6, 1, 1, 9, 99);

    private final List<LockCommand> actions = actions();
    private final Set<String> seen = new HashSet<>();
    private int transitions;
    private int deadlocks;

    private static List<LockCommand> actions() {
        List<LockCommand> actions = new ArrayList<>();
        for (String session : SESSIONS) {
            LockOwner owner = new LockOwner(session, "o");
            for (String lock : LOCKS) {
                for (LockMode mode : List.of(LockMode.SHARED, LockMode.EXCLUSIVE)) {
                    actions.add(new Acquire(owner, lock, mode, -1, "", DeadlockPolicy.REJECT, Optional.empty()));
                }
                actions.add(new Release(owner, lock, 0, Optional.empty()));
                // Stands for the cancel of the owner's place in this lock.
                actions.add(new LockCommand.ReadLocks(session, lock, 0));
            }
            actions.add(new LockCommand.CloseSession(session));
        }
        return actions;
    }

    @Test
    void everySequenceOfThreeSessionsOnTwoLocksKeepsTheInvariants(TestReporter reporter) {
        LockTable empty = new LockTable(LIMITS);
        for (String session : SESSIONS) {
            apply(empty, new LockCommand.OpenSession(session, 1_000, "", NodeId.of("n")), 1);
        }
        List<LockTable.Snapshot> frontier = List.of(empty.snapshot());
        int depth = 0;
        while (depth < DEPTH && !frontier.isEmpty() && seen.size() < MAX_STATES) {
            frontier = expand(frontier, depth * 10L + 10);
            depth++;
        }
        reporter.publishEntry(Map.of(
                "depth", "" + depth,
                "states", "" + seen.size(),
                "transitions", "" + transitions,
                "deadlocks", "" + deadlocks,
                "exhausted", "" + frontier.isEmpty()));
        assertTrue(depth >= 6, "too few steps to say anything");
        assertTrue(deadlocks > 1_000, "hardly any deadlock was reached");
    }

    private List<LockTable.Snapshot> expand(List<LockTable.Snapshot> frontier, long index) {
        List<LockTable.Snapshot> next = new ArrayList<>();
        for (LockTable.Snapshot state : frontier) {
            for (LockCommand action : actions) {
                LockCommand command = concrete(state, action);
                if (command != null) {
                    LockTable.Snapshot reached = step(state, command, index);
                    if (seen.size() < MAX_STATES && seen.add(canonical(reached))) {
                        next.add(reached);
                    }
                }
            }
        }
        return next;
    }

    private LockTable.Snapshot step(LockTable.Snapshot state, LockCommand command, long index) {
        transitions++;
        LockTable table = LockTable.restore(LIMITS, state);
        Map<CommandId, Answer> answers = apply(table, command, index);
        if (command instanceof LockCommand.CloseSession close) {
            apply(table, new LockCommand.OpenSession(close.session(), 1_000, "", NodeId.of("n")), index + 1);
        }
        LockTable.Snapshot reached = table.snapshot();
        LockInvariants.check(reached, (GraphView) table.read(new LockCommand.ReadGraph(), 0));
        if (command instanceof Acquire acquire) {
            checkDeadlock(state, reached, acquire, answers.get(id(index)));
        }
        return reached;
    }

    /** The naive graph with the request in its place closes a cycle exactly if the table says so, and the table's cycle lies in it. */
    private void checkDeadlock(LockTable.Snapshot before, LockTable.Snapshot after, Acquire acquire, Answer answer) {
        if (!(answer instanceof Deadlock deadlock)) {
            return; // LockInvariants found no cycle in the state that it led to.
        }
        deadlocks++;
        assertNull(LockInvariants.graph(with(before, acquire)).flaw(deadlock.cycle(), acquire.owner()));
        assertTrue(before.locks().equals(after.locks()), "a refused acquire changed something");
    }

    private static LockTable.Snapshot with(LockTable.Snapshot state, Acquire acquire) {
        List<LockImage> locks = new ArrayList<>();
        for (LockImage lock : state.locks()) {
            if (!lock.lock().equals(acquire.lock())) {
                locks.add(lock);
                continue;
            }
            WaitImage wait = new WaitImage(
                    acquire.owner(),
                    acquire.mode(),
                    "",
                    acquire.onDeadlock(),
                    Optional.empty(),
                    0,
                    List.of(),
                    List.of());
            boolean upgrade =
                    lock.holders().stream().anyMatch(hold -> hold.owner().equals(acquire.owner()));
            List<WaitImage> upgrades = new ArrayList<>(lock.upgrades());
            List<WaitImage> queue = new ArrayList<>(lock.queue());
            (upgrade ? upgrades : queue).add(wait);
            locks.add(new LockImage(lock.lock(), lock.holders(), upgrades, queue));
        }
        return new LockTable.Snapshot(state.lastOrder(), state.sessions(), locks, List.of());
    }

    /** The action in this state, or null if it would only be refused or do nothing. */
    private static LockCommand concrete(LockTable.Snapshot state, LockCommand action) {
        if (action instanceof Release release) {
            HoldImage hold = hold(state, release.owner(), release.lock());
            return hold == null ? null : new Release(release.owner(), release.lock(), hold.token(), Optional.empty());
        }
        if (action instanceof LockCommand.ReadLocks cancel) {
            WaitImage wait = place(state, cancel.prefix(), cancel.after());
            return wait == null ? null : new CancelWait(wait.tickets().get(0).id(), true, true);
        }
        return action;
    }

    private static HoldImage hold(LockTable.Snapshot state, LockOwner owner, String name) {
        for (LockImage lock : state.locks()) {
            for (HoldImage hold : lock.holders()) {
                if (lock.lock().equals(name) && hold.owner().equals(owner)) {
                    return hold;
                }
            }
        }
        return null;
    }

    private static WaitImage place(LockTable.Snapshot state, String session, String name) {
        for (LockImage lock : state.locks()) {
            List<WaitImage> line = new ArrayList<>(lock.upgrades());
            line.addAll(lock.queue());
            for (WaitImage wait : line) {
                if (lock.lock().equals(name) && wait.owner().session().equals(session)) {
                    return wait;
                }
            }
        }
        return null;
    }

    private static CommandId id(long index) {
        return new CommandId(NodeId.of("n"), 1, index);
    }

    private static Map<CommandId, Answer> apply(LockTable table, LockCommand command, long index) {
        Map<CommandId, Answer> answers = new HashMap<>();
        // The ids of commands that wait in a state come from lower indexes: each depth has its own.
        table.apply(id(index), command, index, 1, 0, new LockSink() {
            @Override
            public void answer(CommandId id, Answer answer) {
                assertNull(answers.put(id, answer), "answered twice");
            }

            @Override
            public void changed(String lock, LockOwner owner, String what) {
                assertNotNull(owner);
            }
        });
        return answers;
    }

    /** The least description of a state over all renamings of sessions and locks. */
    private static String canonical(LockTable.Snapshot state) {
        String least = null;
        for (String names : List.of("123", "132", "213", "231", "312", "321")) {
            for (boolean swap : new boolean[] {false, true}) {
                String text = describe(state, swap ? "B" : "A", names) + "|" + describe(state, swap ? "A" : "B", names);
                least = least == null || text.compareTo(least) < 0 ? text : least;
            }
        }
        return least;
    }

    private static String describe(LockTable.Snapshot state, String name, String names) {
        StringBuilder text = new StringBuilder();
        for (LockImage lock : state.locks()) {
            if (lock.lock().equals(name)) {
                for (HoldImage hold : lock.holders()) {
                    text.append(renamed(hold.owner(), names))
                            .append(hold.mode().ordinal())
                            .append(hold.depth());
                }
                text.append('^');
                lock.upgrades().forEach(wait -> describe(wait, names, text));
                text.append('<');
                lock.queue().forEach(wait -> describe(wait, names, text));
            }
        }
        return text.toString();
    }

    private static void describe(WaitImage wait, String names, StringBuilder text) {
        text.append(renamed(wait.owner(), names)).append(wait.mode().ordinal());
        wait.followers()
                .forEach(follower -> text.append('+').append(follower.mode().ordinal()));
    }

    private static char renamed(LockOwner owner, String names) {
        return names.charAt(owner.session().charAt(0) - '1');
    }
}
