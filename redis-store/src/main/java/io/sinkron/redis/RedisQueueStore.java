package io.sinkron.redis;

import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueStore;
import io.sinkron.spi.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues in Redis. A list of operations is cut into as few script calls as the bounds allow; a call is sent when the one before it was
 * answered, so that operations are done in order whatever fails. Each queue has its connection, so what is sent for it stays in order.
 *
 * <p>When Redis is out of memory, enqueues are answered with {@link QueueAnswer.QueueFull}, naming how many messages the queue holds now: the other
 * operations of the batch are done, as they make room.
 */
final class RedisQueueStore implements QueueStore {
    private static final Logger LOG = LoggerFactory.getLogger(RedisQueueStore.class);

    /** Epochs are compared as doubles by the script. */
    private static final long MAX_EPOCH = 1L << 53;

    private final RedisOptions options;
    private final List<RedisChannel> channels;
    private final Supplier<String> clock;
    private final Runnable onClose;
    private final QueueIndex index;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final AtomicBoolean isFull = new AtomicBoolean();

    /**
     * @param clock milliseconds as a text, for tests; empty for the time of Redis
     */
    RedisQueueStore(RedisOptions options, List<RedisChannel> channels, Supplier<String> clock, Runnable onClose) {
        this.options = options;
        this.channels = List.copyOf(channels);
        this.clock = clock;
        this.onClose = onClose;
        this.index = new QueueIndex(options.prefix());
    }

    private record Batch(List<QueueOp> operations, List<byte[]> arguments) {
        /** A drop ends its batch. */
        boolean endsWithDrop() {
            return operations.get(operations.size() - 1) instanceof QueueOp.Drop;
        }
    }

    private final class Execution {
        final String queue;
        final long epoch;
        final RedisChannel channel;
        final List<byte[]> keys;
        final List<Batch> batches;
        final List<QueueAnswer> answers;

        Execution(String queue, long epoch, List<QueueOp> operations) {
            this.queue = queue;
            this.epoch = epoch;
            this.channel = channels.get(Math.floorMod(queue.hashCode(), channels.size()));
            this.keys = QueueKeys.of(options.prefix(), queue);
            this.batches = batches(epoch, operations);
            this.answers = new ArrayList<>(operations.size());
        }

        CompletionStage<List<QueueAnswer>> run(int next) {
            if (next == batches.size()) {
                return CompletableFuture.completedFuture(List.copyOf(answers));
            }
            Batch batch = batches.get(next);
            boolean mayCreate = batch.operations.stream()
                    .anyMatch(op -> op instanceof QueueOp.Enqueue || op instanceof QueueOp.Configure);
            if (batch.operations.stream().anyMatch(QueueOp.Claim.class::isInstance)) {
                index.forgetting(queue);
            }
            if (mayCreate) {
                index.creating(channel, queue, epoch);
            }
            int version = batch.endsWithDrop() ? index.forgetting(queue) : 0;
            return channel.run(new RedisChannel.Call(Script.QUEUE, keys, batch.arguments))
                    .thenCompose(replies -> read(batch, replies, version))
                    .handle((done, error) -> error == null
                            ? run(next + 1)
                            : CompletableFuture.<List<QueueAnswer>>failedFuture(failure(error, next)))
                    .thenCompose(stage -> stage);
        }

        private CompletionStage<Void> read(Batch batch, List<Object> replies, int version) {
            List<QueueOp> operations = batch.operations;
            QueueReplies reader = new QueueReplies(queue, epoch);
            try {
                if (replies.size() != operations.size()) {
                    throw new MalformedMessageException(
                            "Redis answered " + replies.size() + " of " + operations.size() + " operations");
                }
                for (int i = 0; i < operations.size(); i++) {
                    answers.add(reader.read(operations.get(i), replies.get(i)));
                    noteMemory(operations.get(i), replies.get(i));
                }
            } catch (MalformedMessageException e) {
                return CompletableFuture.failedFuture(new StoreException(e.getMessage(), true));
            }
            if (batch.endsWithDrop() && answers.get(answers.size() - 1) instanceof QueueAnswer.Done) {
                index.dropped(channel, queue, epoch, version);
            }
            return CompletableFuture.completedFuture(null);
        }
    }

    @Override
    public CompletionStage<List<QueueAnswer>> execute(String queue, long epoch, List<QueueOp> operations) {
        if (epoch < 0 || epoch >= MAX_EPOCH) {
            throw new IllegalArgumentException("epoch is " + epoch + ", allowed are 0 to 2^53 - 1");
        }
        return new Execution(queue, epoch, operations).run(0);
    }

    @Override
    public CompletionStage<List<String>> queues() {
        return index.names(channels.get(0))
                .handle((names, error) -> error == null
                        ? CompletableFuture.completedFuture(names)
                        : CompletableFuture.<List<String>>failedFuture(StoreErrors.of(error)))
                .thenCompose(stage -> stage);
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            channels.forEach(RedisChannel::close);
            onClose.run();
        }
    }

    private List<Batch> batches(long epoch, List<QueueOp> operations) {
        List<Batch> batches = new ArrayList<>(1);
        List<QueueOp> batch = new ArrayList<>();
        List<byte[]> arguments = new ArrayList<>();
        long size = 0;
        for (QueueOp operation : operations) {
            QueueArguments.Encoded encoded = QueueArguments.of(epoch, operation);
            boolean isFullBatch = batch.size() >= options.maxBatchOperations()
                    || size + encoded.size() > options.maxBatchBytes()
                    || !batch.isEmpty() && batch.get(batch.size() - 1) instanceof QueueOp.Drop;
            if (!batch.isEmpty() && isFullBatch) {
                batches.add(batch(epoch, batch, arguments));
                batch = new ArrayList<>();
                arguments = new ArrayList<>();
                size = 0;
            }
            batch.add(operation);
            arguments.addAll(encoded.arguments());
            size += encoded.size();
        }
        if (!batch.isEmpty()) {
            batches.add(batch(epoch, batch, arguments));
        }
        return batches;
    }

    private Batch batch(long epoch, List<QueueOp> operations, List<byte[]> arguments) {
        boolean mayGrow = operations.stream().anyMatch(QueueOp.Enqueue.class::isInstance);
        List<byte[]> all = new ArrayList<>(arguments.size() + 3);
        all.addAll(QueueArguments.head(epoch, clock.get(), mayGrow));
        all.addAll(arguments);
        return new Batch(operations, all);
    }

    private static StoreException failure(Throwable error, int batchesDone) {
        StoreException failure = StoreErrors.of(error);
        return batchesDone == 0 ? failure : StoreErrors.afterPart(failure);
    }

    /** Says once that memory is over, and once that it isn't any more. */
    private void noteMemory(QueueOp operation, Object reply) {
        if (!(operation instanceof QueueOp.Enqueue)) {
            return;
        }
        boolean isOver = QueueReplies.isOutOfMemory(reply);
        if (isOver != isFull.get() && isFull.compareAndSet(!isOver, isOver)) {
            if (isOver) {
                LOG.warn("Redis is out of memory (maxmemory): messages are refused as queue-full until there is room");
            } else {
                LOG.info("Redis has memory again");
            }
        }
    }
}
