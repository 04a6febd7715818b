package io.sinkron.benchmarks;

import io.sinkron.CallOptions;
import io.sinkron.LockRequest;
import io.sinkron.LockService;
import io.sinkron.QueueService;
import io.sinkron.Sinkron;
import io.sinkron.common.Bytes;
import io.sinkron.redis.RedisOptions;
import io.sinkron.redis.RedisStores;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A whole cluster of three nodes in one process, over loopback TCP with every log synced to disk: 256 operations in flight from the leader. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx4g"})
public class ClusterThroughput {
    private static final String REPLICATED = "replicated";
    private static final int OPERATIONS = 20_000;
    private static final int IN_FLIGHT = 256;
    private static final int QUEUES = 8;
    private static final CallOptions PATIENT = CallOptions.DEFAULT.within(Duration.ofSeconds(60));
    private static final NewMessage MESSAGE = NewMessage.of(Bytes.wrap(new byte[100]));

    /** Where queues live: {@code replicated}, the cluster's own store, or the URI of a Redis, such as {@code redis://127.0.0.1:6379}. */
    @Param({REPLICATED})
    public String store;

    private LoopbackCluster cluster;
    private LockService locks;
    private QueueService queues;
    private String session;

    /** Starts the cluster. */
    @Setup
    public void setUp() throws IOException {
        cluster = new LoopbackCluster(this::plugStore);
        locks = cluster.leader().locks();
        queues = cluster.leader().queues();
        session = locks.createSession(Duration.ofHours(1), "", PATIENT)
                .toCompletableFuture()
                .join()
                .session();
    }

    private void plugStore(Sinkron.Builder builder) {
        if (!store.equals(REPLICATED)) {
            try {
                builder.queueStore(
                        RedisStores.connect(store, RedisOptions.DEFAULT).queueStore());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Stops it. */
    @TearDown
    public void tearDown() throws IOException {
        cluster.close();
    }

    /** One acquire and its release of an exclusive lock of its own. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void lockPairs() {
        InFlight.run(OPERATIONS, IN_FLIGHT, number -> {
            LockRequest request =
                    LockRequest.exclusive("lock-" + number % (4 * IN_FLIGHT)).as("owner");
            return locks.acquire(session, request, PATIENT)
                    .thenCompose(granted -> locks.release(session, "owner", granted.lock(), granted.token(), PATIENT));
        });
    }

    /** One enqueue, dequeue and ack. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void queueCycles() {
        InFlight.run(OPERATIONS, IN_FLIGHT, number -> cycle("queue-" + number % QUEUES));
    }

    private CompletionStage<?> cycle(String queue) {
        return queues.enqueue(queue, List.of(MESSAGE), PATIENT)
                .thenCompose(sent -> queues.dequeue(queue, 1, Duration.ofSeconds(10), Duration.ZERO, "", PATIENT))
                .thenCompose(received -> queues.ack(
                        queue, received.stream().map(Delivery::receipt).toList(), PATIENT));
    }
}
