package io.sinkron.spi.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import io.sinkron.spi.QueueStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;

/**
 * The words in which the scenarios of {@link QueueStoreContract} and its parts are told: one queue of a fresh name, claimed in epoch
 * {@link #EPOCH} by the test.
 */
public abstract class QueueStoreFixture {
    /** The epoch in which the test owns its queue. */
    protected static final long EPOCH = 7;

    private static final long SEED = 20_260_101;

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** The test's own queue, different in each test. */
    protected String queue;

    /** The store under test; it may be the same one in each test. */
    protected abstract QueueStore store();

    /** Lets the store's clock go on by at least so much: moves a virtual clock, or sleeps. */
    protected abstract void advance(long millis);

    @BeforeEach
    void claimAFreshQueue() {
        queue = "contract-" + UUID.randomUUID();
        claim(EPOCH);
    }

    protected final Bytes nonce() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    protected final List<QueueAnswer> execute(String name, long epoch, QueueOp... operations) {
        try {
            List<QueueAnswer> answers = store().execute(name, epoch, Arrays.asList(operations))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            assertEquals(operations.length, answers.size(), "one answer for each operation");
            return answers;
        } catch (Exception e) {
            throw new AssertionError("the store failed", e);
        }
    }

    protected final QueueAnswer in(long epoch, QueueOp operation) {
        return execute(queue, epoch, operation).get(0);
    }

    protected final QueueAnswer run(QueueOp operation) {
        return in(EPOCH, operation);
    }

    protected final QueueAnswer claim(long epoch) {
        return in(epoch, new QueueOp.Claim());
    }

    /** Configures with these settings; null for no dead-letter queue. */
    protected final void configure(int maxDeliveries, String deadLetter, long maxLength, long retentionMillis) {
        run(new QueueOp.Configure(
                new QueueSettings(30_000, maxDeliveries, Optional.ofNullable(deadLetter), maxLength, retentionMillis)));
    }

    protected static NewMessage message(String body) {
        return NewMessage.of(Bytes.utf8(body));
    }

    protected static NewMessage message(String body, int priority, long delayMillis, long ttlMillis) {
        return new NewMessage(
                Bytes.utf8(body), Map.of(), priority, delayMillis, ttlMillis, Optional.empty(), Optional.empty());
    }

    protected static NewMessage grouped(String body, String group) {
        return new NewMessage(Bytes.utf8(body), Map.of(), 4, 0, 0, Optional.empty(), Optional.of(group));
    }

    protected static NewMessage deduplicated(String body, String dedupId) {
        return new NewMessage(Bytes.utf8(body), Map.of(), 4, 0, 0, Optional.of(dedupId), Optional.empty());
    }

    protected final QueueAnswer tryEnqueue(NewMessage... messages) {
        return run(new QueueOp.Enqueue(List.of(messages), Optional.empty(), nonce()));
    }

    protected final List<QueueAnswer.Enqueued.Item> enqueue(NewMessage... messages) {
        return assertInstanceOf(QueueAnswer.Enqueued.class, tryEnqueue(messages))
                .items();
    }

    protected final List<QueueAnswer.Enqueued.Item> enqueue(String... bodies) {
        return enqueue(Arrays.stream(bodies).map(QueueStoreFixture::message).toArray(NewMessage[]::new));
    }

    protected final QueueAnswer enqueueWithKey(String key, long fingerprint, NewMessage... messages) {
        return run(
                new QueueOp.Enqueue(List.of(messages), Optional.of(new QueueOp.Remember(key, fingerprint)), nonce()));
    }

    protected final QueueAnswer.Received receiveAll(int max, long visibilityMillis, String consumer) {
        return assertInstanceOf(
                QueueAnswer.Received.class, run(new QueueOp.Receive(max, visibilityMillis, consumer, nonce())));
    }

    protected final List<Delivery> receive(int max, long visibilityMillis) {
        return receiveAll(max, visibilityMillis, "").deliveries();
    }

    /** Receives exactly one. */
    protected final Delivery receiveOne(long visibilityMillis) {
        List<Delivery> deliveries = receive(1, visibilityMillis);
        assertEquals(1, deliveries.size(), "one message is ready");
        return deliveries.get(0);
    }

    /** Receives up to ten with the queue's own visibility timeout and says their bodies. */
    protected final List<String> received() {
        return bodies(receive(10, 0));
    }

    protected static List<String> bodies(List<Delivery> deliveries) {
        return deliveries.stream().map(d -> d.body().asUtf8()).toList();
    }

    protected final QueueAnswer ack(Delivery... deliveries) {
        return run(new QueueOp.Ack(receipts(deliveries)));
    }

    protected final QueueAnswer nack(long delayMillis, Delivery... deliveries) {
        return run(new QueueOp.Nack(receipts(deliveries), delayMillis, false, ""));
    }

    protected final QueueAnswer extend(long visibilityMillis, Delivery... deliveries) {
        return run(new QueueOp.Extend(receipts(deliveries), visibilityMillis));
    }

    protected final QueueAnswer.Swept sweep() {
        return assertInstanceOf(QueueAnswer.Swept.class, run(new QueueOp.Sweep(1_000)));
    }

    protected final QueueAnswer.Counted stats() {
        return assertInstanceOf(QueueAnswer.Counted.class, run(new QueueOp.Stats()));
    }

    protected final List<QueueAnswer.Moves.Move> moves() {
        return assertInstanceOf(QueueAnswer.Moves.class, run(new QueueOp.TakeMoves(100)))
                .moves();
    }

    protected final List<String> peek(QueueOp.MessageState state) {
        return bodies(assertInstanceOf(QueueAnswer.Peeked.class, run(new QueueOp.Peek(state, 100)))
                .messages());
    }

    /** Checks the three counts that every message is in exactly one of. */
    protected final void assertCounts(long ready, long delayed, long inFlight) {
        QueueAnswer.Counted counted = stats();
        assertEquals(
                List.of(ready, delayed, inFlight), List.of(counted.ready(), counted.delayed(), counted.inFlight()));
    }

    private static List<String> receipts(Delivery... deliveries) {
        return Arrays.stream(deliveries).map(Delivery::receipt).toList();
    }
}
