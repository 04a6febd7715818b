package io.sinkron.examples.server;

import io.sinkron.Sinkron;
import io.sinkron.redis.RedisOptions;
import io.sinkron.redis.RedisStores;
import java.io.IOException;

/** Chooses where queues and the cache's memory are kept: in the cluster's own replicated stores unless the node is told a Redis. */
final class Stores {
    private Stores() {}

    static void plugInto(Sinkron.Builder builder, NodeConfig config) throws StartException {
        if (config.redis().isEmpty()) {
            return;
        }
        try {
            RedisStores redis = RedisStores.connect(config.redis().get(), RedisOptions.DEFAULT);
            builder.queueStore(redis.queueStore()).memoryStore(redis.memoryStore());
        } catch (IOException e) {
            throw new StartException("--redis: " + e.getMessage(), e);
        }
    }
}
