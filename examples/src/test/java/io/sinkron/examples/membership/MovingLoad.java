package io.sinkron.examples.membership;

import io.sinkron.CallOptions;
import io.sinkron.LockRequest;
import io.sinkron.Sinkron;
import io.sinkron.SinkronException;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Clients of all three services, each call at another node, retried as documented and in no other way: what is unavailable or unknown is asked again,
 * with the same idempotency key, at the next node. Whatever else fails, or is out of order, ends up in {@link #violations}.
 */
final class MovingLoad {
    private static final String LOCK = "shared";
    private static final String QUEUE = "work";
    private static final Duration TTL = Duration.ofMinutes(5);
    private static final Duration VISIBILITY = Duration.ofSeconds(2);
    /** How long a call is asked again before it counts as failed. */
    static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    private final MovingCluster cluster;
    private final AtomicLong turns = new AtomicLong();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong highestToken = new AtomicLong();
    private final Set<String> sent = new ConcurrentSkipListSet<>();
    private final Set<String> received = new ConcurrentSkipListSet<>();
    private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isEnding;

    final Set<String> violations = new ConcurrentSkipListSet<>();
    final AtomicLong grants = new AtomicLong();
    final AtomicLong writes = new AtomicLong();
    final AtomicLong reads = new AtomicLong();
    final AtomicLong retries = new AtomicLong();
    final AtomicLong longestMillis = new AtomicLong();

    MovingLoad(MovingCluster cluster) {
        this.cluster = cluster;
    }

    /** How many messages were sent so far. */
    int sent() {
        return sent.size();
    }

    void start() {
        for (int i = 0; i < 3; i++) {
            int number = i;
            run("locker-" + i, () -> lock(number));
            run("writer-" + i, () -> write("key-" + number));
        }
        run("producer", this::produce);
        run("consumer-0", () -> consume(false));
        run("consumer-1", () -> consume(false));
    }

    private interface Work {
        void run() throws Exception;
    }

    private void run(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Exception | AssertionError e) {
                        violations.add(name + ": " + e);
                    }
                },
                name);
        threads.add(thread);
        thread.start();
    }

    /** Ends the load, drains the queue, and compares what is there with what was promised. */
    void finish() throws Exception {
        isEnding = true;
        for (Thread thread : threads) {
            thread.join();
        }
        consume(true);
        Set<String> lost = new TreeSet<>(sent);
        lost.removeAll(received);
        check(lost.isEmpty(), () -> "messages lost: " + lost);
        Set<String> invented = new TreeSet<>(received);
        invented.removeAll(sent);
        check(invented.isEmpty(), () -> "messages that nobody sent: " + invented);
    }

    private void check(boolean isSo, java.util.function.Supplier<String> otherwise) {
        if (!isSo) {
            violations.add(otherwise.get());
        }
    }

    /** Makes a call until it has its result. */
    private <T> T call(Function<Sinkron, CompletionStage<T>> call) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + PATIENCE_NANOS;
        while (true) {
            try {
                T result = call.apply(cluster.any(turns.getAndIncrement()))
                        .toCompletableFuture()
                        .join();
                longestMillis.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
                return result;
            } catch (CompletionException e) {
                boolean isDocumented = e.getCause() instanceof SinkronException refused && refused.isRetryable();
                if (!isDocumented || System.nanoTime() - end > 0) {
                    throw e;
                }
                retries.incrementAndGet();
                Thread.sleep(50);
            }
        }
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.within(Duration.ofSeconds(3));
    }

    String session() throws InterruptedException {
        return call(node -> node.locks().createSession(TTL, "", options())).session();
    }

    Granted acquire(String session, String lock, String key) throws InterruptedException {
        LockRequest request = LockRequest.exclusive(lock).waiting(Duration.ofSeconds(20));
        return call(node -> node.locks().acquire(session, request, options().idempotent(key)));
    }

    void release(String session, String lock, long token, String key) throws InterruptedException {
        call(node -> node.locks()
                .release(
                        session,
                        LockRequest.DEFAULT_OWNER,
                        lock,
                        token,
                        options().idempotent(key)));
    }

    private void lock(int number) throws InterruptedException {
        String session = session();
        for (int i = 0; !isEnding; i++) {
            Granted granted = acquire(session, LOCK, "acquire-" + number + "-" + i);
            check(inside.incrementAndGet() == 1, () -> "two holders of one lock");
            long before = highestToken.getAndAccumulate(granted.token(), Math::max);
            check(granted.token() > before, () -> "token " + granted.token() + " after " + before);
            grants.incrementAndGet();
            inside.decrementAndGet();
            release(session, LOCK, granted.token(), "release-" + number + "-" + i);
        }
    }

    private void produce() throws InterruptedException {
        for (int i = 0; !isEnding; i++) {
            String body = String.format("m%06d", i);
            NewMessage message = new NewMessage(
                    Bytes.utf8(body), Map.of(), NewMessage.DEFAULT_PRIORITY, 0, 0, Optional.of(body), Optional.empty());
            sent.add(body);
            call(node -> node.queues().enqueue(QUEUE, List.of(message), options()));
            Thread.sleep(2);
        }
    }

    private void consume(boolean untilEmpty) throws InterruptedException {
        Duration wait = untilEmpty ? VISIBILITY.plusSeconds(1) : Duration.ofMillis(200);
        while (untilEmpty || !isEnding) {
            List<Delivery> deliveries = call(node -> node.queues().dequeue(QUEUE, 20, wait, VISIBILITY, "", options()));
            if (deliveries.isEmpty() && untilEmpty) {
                return;
            }
            for (Delivery delivery : deliveries) {
                String body = delivery.body().asUtf8();
                received.add(body);
                check(!acknowledged.containsKey(body), () -> body + " was delivered after its acknowledgement");
                int acked = call(node -> node.queues().ack(QUEUE, List.of(delivery.receipt()), options()))
                        .count();
                if (acked == 1) {
                    acknowledged.merge(body, 1, Integer::sum);
                }
            }
        }
    }

    /** One writer a key, and reads of it at all nodes at the same time: none may be older than the last write that was answered before it began. */
    private void write(String key) throws InterruptedException {
        Bytes name = Bytes.utf8(key);
        for (long i = 1; !isEnding; i++) {
            Bytes value = Bytes.utf8(Long.toString(i));
            CallOptions put = options().idempotent("put-" + i);
            call(node -> node.cache().put(name, value, -1, Duration.ZERO, Durability.BACKED_UP, put));
            writes.incrementAndGet();
            long written = i;
            long read = read(name);
            check(read == written, () -> key + " reads as " + read + " after " + written + " was written");
            Thread.sleep(5);
        }
    }

    private long read(Bytes name) throws InterruptedException {
        reads.incrementAndGet();
        return call(node -> node.cache().get(name, options()))
                .map(value -> Long.parseLong(value.value().asUtf8()))
                .orElse(0L);
    }
}
