package io.sinkron.runtime;

import io.sinkron.node.NodeOptions;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.MemoryStore;
import io.sinkron.spi.QueueStore;
import io.sinkron.spi.Transport;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What an {@link EventLoop} is put together from. The loop owns the parts from its start on and closes them at its end.
 *
 * @param cluster the cluster's name
 * @param options of the node
 * @param transport to the peers
 * @param logStore of this node
 * @param queueStore the external queue store, if queues aren't replicated
 * @param memoryStore the external main memory, if it isn't replicated
 * @param callbacks runs the continuations of calls; never the loop itself unless the caller chooses so and never blocks
 * @param seed of the node's randomness
 */
public record Parts(
        String cluster,
        NodeOptions options,
        Transport transport,
        LogStore logStore,
        Optional<QueueStore> queueStore,
        Optional<MemoryStore> memoryStore,
        Executor callbacks,
        long seed) {
    /** Rejects missing parts, and stores that the options don't speak of. */
    public Parts {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(logStore, "logStore");
        Objects.requireNonNull(callbacks, "callbacks");
        if (options.externalQueues() != queueStore.isPresent() || options.externalMemory() != memoryStore.isPresent()) {
            throw new IllegalArgumentException("the options and the stores disagree on what is external");
        }
    }
}
