package io.sinkron.redis;

import io.sinkron.spi.QueueStore;
import io.sinkron.spi.contract.QueueStoreContract;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on the time of Redis, in a Redis that is installed on this machine if there is one, else in that of the tests. */
class RedisQueueStoreRealTimeContractTest extends QueueStoreContract {
    private static RedisProcess redis;
    private static RedisStores stores;

    @BeforeAll
    static void connect() throws IOException {
        redis = RedisProcess.installed().map(RedisProcess::startBinary).orElseGet(RedisProcess::start);
        stores = RedisStores.connect(redis.uri(), RedisOptions.DEFAULT);
    }

    @AfterAll
    static void close() {
        stores.close();
        redis.close();
    }

    @Override
    protected QueueStore store() {
        return stores.queueStore();
    }

    @Override
    protected void advance(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
