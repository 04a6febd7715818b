package io.sinkron.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The main memory behind the coherent cache. Each operation is atomic; the key's fence and the version are compared in the same step.
 * Fails as {@link QueueStore} does, with {@link StoreException} only. Thread-safe and bounded.
 */
public interface MemoryStore extends AutoCloseable {
    /** Does operations, each atomic, in their order for each key; one answer for each, in order. */
    CompletionStage<List<MemoryAnswer>> execute(List<MemoryOp> operations);

    /** Frees connections. Idempotent; outstanding calls fail. */
    @Override
    void close();
}
