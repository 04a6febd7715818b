package io.sinkron.benchmarks;

import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.wire.CommandWire;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The binary form of a lock acquire, there and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Codec {
    private final Command command = new Command(
            new CommandId(NodeId.of("n1"), 3, 123_456),
            123_400,
            new LockCommand.Acquire(
                    new LockOwner("0123456789abcdef0123456789abcdef", "default"),
                    "orders/42",
                    LockMode.EXCLUSIVE,
                    5_000,
                    "",
                    DeadlockPolicy.REJECT,
                    Optional.empty()));

    private final Bytes encoded = CommandWire.encode(command);

    /** To bytes. */
    @Benchmark
    public Bytes encode() {
        return CommandWire.encode(command);
    }

    /** From bytes. */
    @Benchmark
    public Command decode() throws MalformedMessageException {
        return CommandWire.decode(encoded);
    }
}
