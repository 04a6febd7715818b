package io.sinkron.queue;

import io.sinkron.spi.QueueStore;
import io.sinkron.spi.contract.QueueStoreContract;
import io.sinkron.spi.contract.TableQueueStore;

class QueueTablesContractTest extends QueueStoreContract {
    private final TableQueueStore store = new TableQueueStore();

    @Override
    protected QueueStore store() {
        return store;
    }

    @Override
    protected void advance(long millis) {
        store.advance(millis);
    }
}
