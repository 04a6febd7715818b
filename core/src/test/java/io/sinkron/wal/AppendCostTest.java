package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sinkron.spi.LogBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an append costs besides its write. */
class AppendCostTest {
    private static final int BATCHES = 200;
    private static final int ENTRIES = 100;

    @TempDir
    Path directory;

    @Test
    void appendingAllocatesNothingPerEntry() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (FileLogStore store =
                new FileLogStore(FileDisk.open(directory), new FileLogOptions(16 << 20, 1 << 20, 1 << 20))) {
            store.recover();
            List<LogBatch> batches = new ArrayList<>();
            for (int i = 0; i < 2 * BATCHES; i++) {
                batches.add(entries(1 + i * ENTRIES, (i + 1) * ENTRIES, 1));
            }
            long thread = Thread.currentThread().getId();
            long before = 0;
            for (int i = 0; i < 2 * BATCHES; i++) {
                if (i == BATCHES) {
                    before = threads.getThreadAllocatedBytes(thread);
                }
                store.append(batches.get(i));
            }
            long perEntry = (threads.getThreadAllocatedBytes(thread) - before) / (BATCHES * ENTRIES);
            assertTrue(perEntry <= 4, perEntry + " bytes an entry");
        }
    }
}
