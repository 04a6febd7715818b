package io.sinkron;

import io.sinkron.common.Bytes;
import io.sinkron.node.Call;
import io.sinkron.queue.QueueReply.Description;
import io.sinkron.queue.QueueReply.QueueNames;
import io.sinkron.queue.QueueRequest;
import io.sinkron.queue.QueueTable;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Acked;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueAnswer.Enqueued;
import io.sinkron.spi.QueueAnswer.Extended;
import io.sinkron.spi.QueueAnswer.Returned;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The queue service: checks the arguments and hands the request to this node's broker, which finds the owner. */
final class Queues implements QueueService {
    private static final int MAX_BATCH = 1_000;
    private static final long MAX_WAIT_MILLIS = 30_000;
    private static final int MAX_HEADERS = 32;
    private static final int MAX_HEADER_NAME_BYTES = 128;
    private static final int MAX_HEADER_VALUE_BYTES = 1_024;
    private static final int MAX_ID_BYTES = 128;
    private static final int NONCE_BYTES = 16;
    private static final SecureRandom NONCES = new SecureRandom();

    private final Calls calls;

    Queues(Calls calls) {
        this.calls = calls;
    }

    @Override
    public CompletionStage<QueueSettings> configure(String queue, QueueSettings settings, CallOptions options) {
        return operate(
                        queue,
                        new QueueOp.Configure(settings),
                        options,
                        QueueAnswer.Configured.class,
                        () -> settings.deadLetter().ifPresent(to -> Arguments.queueName("dead_letter", to)))
                .thenApply(QueueAnswer.Configured::settings);
    }

    @Override
    public CompletionStage<Enqueued> enqueue(String queue, List<NewMessage> messages, CallOptions options) {
        Optional<QueueOp.Remember> remember = options.idempotencyKey()
                .map(key -> new QueueOp.Remember(key, Calls.fingerprint("enqueue", queue, describe(messages))));
        QueueOp operation = new QueueOp.Enqueue(messages, remember, nonce());
        return operate(queue, operation, options, Enqueued.class, () -> check(messages));
    }

    private static String describe(List<NewMessage> messages) {
        StringBuilder text = new StringBuilder();
        for (NewMessage message : messages) {
            long body = io.sinkron.common.XxHash64.hash(message.body().array(), 0);
            text.append(body).append('/').append(message.body().size()).append(message.headers());
            text.append(message.priority())
                    .append(',')
                    .append(message.delayMillis())
                    .append(',');
            text.append(message.ttlMillis()).append(message.dedupId()).append(message.group());
        }
        return text.toString();
    }

    private static void check(List<NewMessage> messages) {
        Arguments.range("messages", messages.size(), 1, MAX_BATCH);
        for (int i = 0; i < messages.size(); i++) {
            NewMessage message = messages.get(i);
            String at = "messages[" + i + "]";
            Arguments.range(at + ".headers", message.headers().size(), 0, MAX_HEADERS);
            for (Map.Entry<String, String> header : message.headers().entrySet()) {
                size(at + ".headers", header.getKey(), 1, MAX_HEADER_NAME_BYTES);
                size(at + ".headers." + header.getKey(), header.getValue(), 0, MAX_HEADER_VALUE_BYTES);
            }
            message.dedupId().ifPresent(id -> size(at + ".dedup_id", id, 1, MAX_ID_BYTES));
            message.group().ifPresent(group -> size(at + ".group", group, 1, MAX_ID_BYTES));
        }
    }

    private static void size(String field, String value, int min, int max) {
        Arguments.range(field, value.getBytes(StandardCharsets.UTF_8).length, min, max);
    }

    private static Bytes nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        NONCES.nextBytes(nonce);
        return Bytes.wrap(nonce);
    }

    @Override
    public CompletionStage<List<Delivery>> dequeue(
            String queue, int max, Duration wait, Duration visibility, String session, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.queueName("queue", queue);
            Arguments.range("max", max, 1, MAX_BATCH);
            long waitMillis = Arguments.millis("wait_ms", wait, 0, MAX_WAIT_MILLIS);
            long visibilityMillis = visibility.isZero() ? 0 : visibilityMillis(visibility);
            QueueRequest request = new QueueRequest.Dequeue(max, waitMillis, visibilityMillis, session);
            return calls.call(
                    options,
                    Duration.ofMillis(waitMillis),
                    (id, deadline) -> new Call.Queue(id, deadline, queue, request),
                    answer ->
                            Refusals.expect(answer, QueueAnswer.Received.class).deliveries(),
                    deliveries -> giveBack(queue, deliveries));
        });
    }

    private void giveBack(String queue, List<Delivery> deliveries) {
        if (!deliveries.isEmpty()) {
            giveBack(queue, deliveries.stream().map(Delivery::receipt).toList(), CallOptions.DEFAULT);
        }
    }

    @Override
    public CompletionStage<Void> giveBack(String queue, List<String> receipts, CallOptions options) {
        QueueOp undelivered = new QueueOp.Nack(receipts, QueueTable.UNDELIVERED, false, "");
        return operate(queue, undelivered, options, Returned.class, () -> checkReceipts(receipts))
                .thenAccept(returned -> {});
    }

    private static long visibilityMillis(Duration visibility) {
        return Arguments.millis(
                "visibility_timeout_ms",
                visibility,
                QueueSettings.MIN_VISIBILITY_MILLIS,
                QueueSettings.MAX_VISIBILITY_MILLIS);
    }

    @Override
    public CompletionStage<Acked> ack(String queue, List<String> receipts, CallOptions options) {
        return operate(queue, new QueueOp.Ack(receipts), options, Acked.class, () -> checkReceipts(receipts));
    }

    @Override
    public CompletionStage<Returned> nack(
            String queue,
            List<String> receipts,
            Duration delay,
            boolean deadLetter,
            String reason,
            CallOptions options) {
        return Arguments.checked(() -> {
            long millis = Arguments.millis("delay_ms", delay, 0, QueueSettings.MAX_DELAY_MILLIS);
            QueueOp operation = new QueueOp.Nack(receipts, millis, deadLetter, reason);
            return operate(queue, operation, options, Returned.class, () -> checkReceipts(receipts));
        });
    }

    @Override
    public CompletionStage<Extended> extend(
            String queue, List<String> receipts, Duration visibility, CallOptions options) {
        return Arguments.checked(() -> {
            QueueOp operation = new QueueOp.Extend(receipts, visibilityMillis(visibility));
            return operate(queue, operation, options, Extended.class, () -> checkReceipts(receipts));
        });
    }

    private static void checkReceipts(List<String> receipts) {
        Arguments.range("receipts", receipts.size(), 1, MAX_BATCH);
    }

    @Override
    public CompletionStage<List<String>> queues(CallOptions options) {
        return Arguments.checked(() -> calls.call(
                options,
                Duration.ZERO,
                Call.ListQueues::new,
                answer -> Refusals.expect(answer, QueueNames.class).names(),
                ignored -> {}));
    }

    @Override
    public CompletionStage<Description> describe(String queue, CallOptions options) {
        return request(queue, new QueueRequest.Describe(), options, Description.class);
    }

    @Override
    public CompletionStage<List<Delivery>> peek(String queue, MessageState state, int limit, CallOptions options) {
        return operate(
                        queue,
                        new QueueOp.Peek(state, limit),
                        options,
                        QueueAnswer.Peeked.class,
                        () -> Arguments.range("limit", limit, 1, MAX_BATCH))
                .thenApply(QueueAnswer.Peeked::messages);
    }

    @Override
    public CompletionStage<Long> purge(String queue, CallOptions options) {
        return operate(queue, new QueueOp.Purge(), options, QueueAnswer.Purged.class, () -> {})
                .thenApply(QueueAnswer.Purged::count);
    }

    @Override
    public CompletionStage<Void> drop(String queue, CallOptions options) {
        return operate(queue, new QueueOp.Drop(), options, QueueAnswer.Done.class, () -> {})
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Void> pause(String queue, boolean paused, CallOptions options) {
        return operate(queue, new QueueOp.Pause(paused), options, QueueAnswer.Done.class, () -> {})
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Long> redrive(String queue, String to, int max, CallOptions options) {
        return operate(queue, new QueueOp.Redrive(to, max), options, QueueAnswer.Redriven.class, () -> {
                    Arguments.queueName("to", to);
                    Arguments.range("max", max, 0, Integer.MAX_VALUE);
                })
                .thenApply(QueueAnswer.Redriven::count);
    }

    private <T> CompletionStage<T> operate(
            String queue, QueueOp operation, CallOptions options, Class<T> type, Runnable check) {
        return Arguments.checked(() -> {
            check.run();
            return request(queue, new QueueRequest.Operate(operation), options, type);
        });
    }

    private <T> CompletionStage<T> request(String queue, QueueRequest request, CallOptions options, Class<T> type) {
        return Arguments.checked(() -> {
            Arguments.queueName("queue", queue);
            return calls.call(
                    options,
                    Duration.ZERO,
                    (id, deadline) -> new Call.Queue(id, deadline, queue, request),
                    answer -> Refusals.expect(answer, type),
                    ignored -> {});
        });
    }
}
