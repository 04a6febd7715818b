package io.sinkron.wal;

import io.sinkron.spi.LogStore;
import io.sinkron.spi.contract.DurableLogStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract, on a real directory, with segments so small that most tests roll. */
class FileLogStoreContractTest extends DurableLogStoreContract {
    @TempDir
    Path directory;

    @Override
    protected LogStore open() throws IOException {
        return new FileLogStore(FileDisk.open(directory.resolve("data/log")), FileLogOptions.ofSegmentBytes(8192));
    }
}
