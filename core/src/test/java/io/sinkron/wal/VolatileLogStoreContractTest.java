package io.sinkron.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sinkron.spi.LogStore;
import io.sinkron.spi.contract.LogStoreContract;
import org.junit.jupiter.api.Test;

/** The part of the contract that a store without a disk can hold. */
class VolatileLogStoreContractTest extends LogStoreContract {
    @Override
    protected LogStore open() {
        return new VolatileLogStore(77);
    }

    @Test
    void itReportsTheIncarnationItWasGiven() throws Exception {
        try (LogStore store = open()) {
            assertEquals(77, store.recover().incarnation());
        }
    }

    @Test
    void anIncarnationBelowOneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new VolatileLogStore(0));
    }
}
