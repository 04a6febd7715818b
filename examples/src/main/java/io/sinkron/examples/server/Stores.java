package io.sinkron.examples.server;

import io.sinkron.Sinkron;

/** Chooses where queues and the cache's memory are kept: in the cluster's own replicated stores unless the node is told another place. */
final class Stores {
    private Stores() {}

    static void plugInto(Sinkron.Builder builder, NodeConfig config) throws StartException {
        if (config.redis().isPresent()) {
            throw new StartException("no store for " + config.redis().get(), null);
        }
    }
}
