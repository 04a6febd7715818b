package io.sinkron.benchmarks;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockLimits;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.lock.LockSink;
import io.sinkron.lock.LockTable;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Applying an uncontended acquire and its release to the lock table. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LockTableApply implements LockSink {
    private static final int NAMES = 1_024;
    private static final NodeId ORIGIN = NodeId.of("n1");

    private final String[] names = new String[NAMES];
    private LockTable table;
    private LockOwner owner;
    private long index;
    private long token;

    /** Opens a session. */
    @Setup
    public void setUp() {
        table = new LockTable(LockLimits.DEFAULT);
        owner = new LockOwner("session", "owner");
        for (int i = 0; i < NAMES; i++) {
            names[i] = "lock-" + i;
        }
        apply(new LockCommand.OpenSession("session", 30_000, "", ORIGIN));
    }

    private void apply(LockCommand command) {
        index++;
        table.apply(new CommandId(ORIGIN, 1, index), command, index, 1, 0, this);
    }

    /** One pair. */
    @Benchmark
    public long acquireAndRelease() {
        String name = names[(int) (index & NAMES - 1)];
        apply(new LockCommand.Acquire(owner, name, LockMode.EXCLUSIVE, 0, "", DeadlockPolicy.REJECT, Optional.empty()));
        apply(new LockCommand.Release(owner, name, token, Optional.empty()));
        return token;
    }

    @Override
    public void answer(CommandId id, Answer answer) {
        if (answer instanceof Granted granted) {
            token = granted.token();
        }
    }

    @Override
    public void changed(String lock, LockOwner who, String what) {
        // Nobody listens here.
    }
}
