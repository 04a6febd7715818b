package io.sinkron.redis;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueStore;
import io.sinkron.spi.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The words of the tests of failures. */
final class StoreCalls {
    static final long EPOCH = 7;
    private static final SplittableRandom RANDOM = new SplittableRandom(42);

    private StoreCalls() {}

    static Bytes nonce() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    static QueueOp enqueue(Bytes... bodies) {
        return new QueueOp.Enqueue(Arrays.stream(bodies).map(NewMessage::of).toList(), Optional.empty(), nonce());
    }

    static QueueOp enqueue(String... bodies) {
        return enqueue(Arrays.stream(bodies).map(Bytes::utf8).toArray(Bytes[]::new));
    }

    static QueueOp receive(int max) {
        return new QueueOp.Receive(max, 0, "", nonce());
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    static List<QueueAnswer> run(QueueStore store, String queue, QueueOp... operations) throws Exception {
        return await(store.execute(queue, EPOCH, List.of(operations)));
    }

    static List<String> bodies(QueueAnswer received) {
        return assertInstanceOf(QueueAnswer.Received.class, received).deliveries().stream()
                .map(delivery -> delivery.body().asUtf8())
                .toList();
    }

    static QueueOp ackOf(QueueAnswer received) {
        return new QueueOp.Ack(((QueueAnswer.Received) received)
                .deliveries().stream().map(QueueAnswer.Delivery::receipt).toList());
    }

    /** How a call fails: always so, and soon. */
    static StoreException failureOf(CompletionStage<?> stage) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> await(stage));
        return assertInstanceOf(StoreException.class, failure.getCause());
    }
}
