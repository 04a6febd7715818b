package io.sinkron.redis;

import io.sinkron.spi.QueueStore;
import io.sinkron.spi.contract.QueueStoreContract;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a clock of the test's. */
class RedisQueueStoreContractTest extends QueueStoreContract {
    private static final ManualClock CLOCK = new ManualClock(1_000_000);
    private static RedisStores stores;

    @BeforeAll
    static void connect() throws IOException {
        stores = RedisStores.connect(SharedRedis.uri(), RedisOptions.DEFAULT, CLOCK);
    }

    @AfterAll
    static void close() {
        stores.close();
    }

    @Override
    protected QueueStore store() {
        return stores.queueStore();
    }

    @Override
    protected void advance(long millis) {
        CLOCK.advance(millis);
    }
}
