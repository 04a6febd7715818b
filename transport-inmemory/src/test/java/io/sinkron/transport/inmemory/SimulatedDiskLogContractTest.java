package io.sinkron.transport.inmemory;

import io.sinkron.spi.LogStore;
import io.sinkron.spi.contract.DurableLogStoreContract;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;

/** The log's contract, over the simulated disk. */
class SimulatedDiskLogContractTest extends DurableLogStoreContract {
    private final SimulatedDisk disk = new SimulatedDisk("n1");

    @Override
    protected LogStore open() {
        return new FileLogStore(disk, FileLogOptions.ofSegmentBytes(8192));
    }
}
