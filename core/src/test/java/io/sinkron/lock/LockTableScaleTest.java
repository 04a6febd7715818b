package io.sinkron.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockCommand.Acquire;
import io.sinkron.lock.LockCommand.CancelWait;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Release;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A million locks, a hundred thousand waiters on one: each step must stay constant, the search for a cycle linear. The time-outs are so loose that
 * only a quadratic step, which would take minutes to hours, breaks them.
 */
@Timeout(60)
class LockTableScaleTest {
    private static final int MANY = 100_000;
    private static final NodeId N1 = NodeId.of("n1");

    private final LockTable table = new LockTable(LockLimits.DEFAULT);
    private final Sink sink = new Sink();
    private long index;

    LockTableScaleTest() {
        run(new LockCommand.OpenSession("s", 30_000, "", N1));
        run(new LockCommand.OpenSession("t", 30_000, "", N1));
    }

    private CommandId run(LockCommand command) {
        CommandId id = new CommandId(N1, 1, ++index);
        table.apply(id, command, index, 1, 0, sink);
        return id;
    }

    private CommandId acquire(String session, String owner, String lock, LockMode mode) {
        return run(new Acquire(
                new LockOwner(session, owner), lock, mode, -1, "", DeadlockPolicy.REJECT, Optional.empty()));
    }

    private void release(String session, String owner, String lock, long token) {
        run(new Release(new LockOwner(session, owner), lock, token, Optional.empty()));
    }

    @Test
    void aMillionLocksAreHeldAndFreed() {
        int million = 1_000_000;
        for (int i = 0; i < million; i++) {
            acquire("s", "o" + (i & 1023), "lock" + i, LockMode.EXCLUSIVE);
        }
        assertEquals(million, table.lockCount());
        assertEquals(million, sink.grants);
        for (int i = 0; i < million; i += 2) {
            release("s", "o" + (i & 1023), "lock" + i, i + 3);
        }
        assertEquals(million / 2, table.lockCount());
        run(new LockCommand.CloseSession("s"));
        assertEquals(0, table.lockCount());
        assertEquals(0, table.graphSteps(), "nobody waited, so there was nothing to search");
    }

    @Test
    void aHundredThousandWaitersAreGrantedOneByOne() {
        long token = grantTo(acquire("t", "first", "L", LockMode.EXCLUSIVE));
        for (int i = 0; i < MANY; i++) {
            acquire("s", "w" + i, "L", LockMode.EXCLUSIVE);
        }
        assertEquals(MANY, table.waitCount());
        assertEquals(0, table.graphSteps(), "who holds nothing closes no cycle");
        release("t", "first", "L", token);
        for (int i = 0; i < MANY; i++) {
            release("s", "w" + i, "L", index);
        }
        assertEquals(MANY + 1, sink.grants);
        assertEquals(0, table.lockCount());
    }

    @Test
    void aHundredThousandWaitersAreCancelledInAnyOrder() {
        acquire("t", "first", "L", LockMode.EXCLUSIVE);
        List<CommandId> waiting = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            waiting.add(acquire("s", "w" + i, "L", i % 3 == 0 ? LockMode.EXCLUSIVE : LockMode.SHARED));
        }
        Collections.shuffle(waiting, new Random(1));
        waiting.forEach(id -> run(new CancelWait(id, true, true)));
        assertEquals(0, table.waitCount());
        assertEquals(1, sink.grants);
    }

    @Test
    void aHundredThousandRequestsOfOneOwnerAreCancelledInAnyOrder() {
        acquire("t", "first", "L", LockMode.EXCLUSIVE);
        List<CommandId> waiting = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            waiting.add(acquire("s", "w", "L", LockMode.EXCLUSIVE));
        }
        Collections.shuffle(waiting, new Random(1));
        waiting.forEach(id -> run(new CancelWait(id, false, false)));
        assertEquals(0, table.waitCount());
    }

    @Test
    void aHundredThousandReadersComeInAtOnceAndTheirSessionEndsThemAtOnce() {
        long token = grantTo(acquire("t", "first", "L", LockMode.EXCLUSIVE));
        for (int i = 0; i < MANY; i++) {
            acquire("s", "r" + i, "L", LockMode.SHARED);
        }
        acquire("t", "last", "L", LockMode.EXCLUSIVE);
        release("t", "first", "L", token);
        assertEquals(MANY + 1, sink.grants);
        for (int i = 0; i < 1_000; i++) {
            run(new Acquire(
                    new LockOwner("t", "try"),
                    "L",
                    LockMode.EXCLUSIVE,
                    0,
                    "",
                    DeadlockPolicy.REJECT,
                    Optional.empty()));
        }
        run(new LockCommand.CloseSession("s"));
        assertEquals(MANY + 2, sink.grants);
    }

    /** Writers behind a crowd of readers who hold one lock and wait for another: by pairs these are four million edges. */
    @Test
    void aSearchIsLinearInWhatIsReachable() {
        acquire("t", "first", "gate", LockMode.EXCLUSIVE);
        for (int i = 0; i < 2_000; i++) {
            acquire("s", "r" + i, "L", LockMode.SHARED);
            acquire("s", "r" + i, "gate", LockMode.SHARED);
        }
        for (int i = 0; i < 2_000; i++) {
            acquire("s", "w" + i, "L", LockMode.EXCLUSIVE);
        }
        acquire("t", "x", "own", LockMode.EXCLUSIVE);
        acquire("s", "y", "own", LockMode.EXCLUSIVE);
        long before = table.graphSteps();
        acquire("t", "x", "L", LockMode.EXCLUSIVE);
        assertTrue(table.graphSteps() - before < 20_000, () -> table.graphSteps() - before + " steps");
        assertTrue(table.graphSteps() - before > 4_000, "did it look at all?");
    }

    private long grantTo(CommandId id) {
        assertEquals(id, sink.lastGranted);
        return sink.lastToken;
    }

    private static final class Sink implements LockSink {
        private int grants;
        private CommandId lastGranted;
        private long lastToken;

        @Override
        public void answer(CommandId id, Answer answer) {
            if (answer instanceof Granted granted) {
                grants++;
                lastGranted = id;
                lastToken = granted.token();
            }
        }

        @Override
        public void changed(String lock, LockOwner owner, String what) {
            // Of no interest here.
        }
    }
}
