package io.sinkron.spi.contract;

import io.sinkron.queue.QueueTables;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@link QueueTables} as a store with a clock of its own, that stands still until it is moved. Not thread-safe. */
public final class TableQueueStore implements QueueStore {
    private final QueueTables tables = new QueueTables();
    private long nowMillis = 1_000_000;

    /** Moves the clock on. */
    public void advance(long millis) {
        nowMillis += millis;
    }

    @Override
    public CompletionStage<List<QueueAnswer>> execute(String queue, long epoch, List<QueueOp> operations) {
        return CompletableFuture.completedFuture(tables.execute(queue, epoch, operations, nowMillis));
    }

    @Override
    public CompletionStage<List<String>> queues() {
        return CompletableFuture.completedFuture(tables.names());
    }

    @Override
    public void close() {
        // nothing to free
    }
}
