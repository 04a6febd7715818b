package io.sinkron.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the messages of queues. The owner of a queue calls it; the store's fence makes a replaced owner harmless.
 *
 * <p><b>Fence.</b> The store keeps an epoch for each queue. {@link QueueOp.Claim} raises it; every other operation is done only if the
 * epoch of the call <em>equals</em> it, in the same atomic step, and is otherwise answered with {@link QueueAnswer.StaleEpoch}: a greater
 * stored epoch means a newer owner, a lower one that the store lost writes.
 *
 * <p><b>Failure.</b> The returned stage fails with {@link StoreException} only: {@link StoreException#isMaybeApplied()} says whether
 * nothing was done or nobody knows. It never fails for what an operation asks: that is an answer.
 *
 * <p>Thread-safe. Bounded: what exceeds the adapter's bound of outstanding calls fails at once, not applied.
 */
public interface QueueStore extends AutoCloseable {
    /**
     * Does operations on one queue in their order, each one atomically; others' operations may come between them.
     *
     * @param queue its name, 1 to 512 bytes of UTF-8, without braces
     * @param epoch the caller's claim
     * @param operations 1 to a few hundred
     * @return one answer for each operation, in order
     */
    CompletionStage<List<QueueAnswer>> execute(String queue, long epoch, List<QueueOp> operations);

    /** The names of all queues, sorted. */
    CompletionStage<List<String>> queues();

    /** Frees connections. Idempotent; outstanding calls fail. */
    @Override
    void close();
}
