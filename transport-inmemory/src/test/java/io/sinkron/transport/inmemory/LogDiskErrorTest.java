package io.sinkron.transport.inmemory;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.entry;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors of the disk while the store runs: the first one is the last one, and nothing that was acknowledged is lost by it. */
class LogDiskErrorTest {
    private final SimulatedDisk disk = new SimulatedDisk("n1");

    private FileLogStore opened() throws IOException {
        FileLogStore store = new FileLogStore(disk, LogScript.OPTIONS);
        store.recover();
        return store;
    }

    private List<LogEntry> recovered() throws IOException {
        try (FileLogStore store = new FileLogStore(disk, LogScript.OPTIONS)) {
            return store.recover().entries();
        }
    }

    private static void assertFailsForEver(FileLogStore store, Executable first) {
        IOException cause = assertThrows(IOException.class, first);
        for (int i = 0; i < 3; i++) {
            assertSame(cause, assertThrows(IOException.class, store::sync));
            assertSame(cause, assertThrows(IOException.class, () -> store.append(entries(4, 4, 1))));
            assertSame(cause, assertThrows(IOException.class, () -> store.saveSnapshot(snapshot(3, 1), 3)));
        }
    }

    private static void assertSame(IOException cause, IOException later) {
        assertEquals(cause, later.getCause());
        assertTrue(later.getMessage().contains(cause.getMessage()), later.getMessage());
    }

    @Test
    void afterAFailedWriteTheStoreWritesNothingMore() throws IOException {
        FileLogStore store = opened();
        store.append(entries(1, 3, 1));
        store.sync();
        disk.failNextWrite();
        assertFailsForEver(store, () -> store.append(entries(4, 4, 1)));
        long operations = disk.operations();
        store.close();
        assertEquals(operations, disk.operations());
        assertEquals(list(1, 3, 1), recovered());
    }

    @ParameterizedTest
    @EnumSource
    void afterAFailedForceTheStoreIsFailedAlthoughALaterForceWouldSucceed(SimulatedDisk.ForceFailure failure)
            throws IOException {
        FileLogStore store = opened();
        store.append(entries(1, 3, 1));
        store.sync();
        store.append(entries(4, 6, 1));
        disk.failNextForce(failure);
        assertFailsForEver(store, store::sync);
        disk.crash(new SplittableRandom(1));
        assertEquals(list(1, 3, 1), recovered());
    }

    @Test
    void whatAFailedForceLeftReadableIsWrittenAgainBeforeANewProcessReliesOnIt() throws IOException {
        FileLogStore store = opened();
        store.append(entries(1, 3, 1));
        store.sync();
        store.append(entries(4, 6, 1));
        disk.failNextForce(SimulatedDisk.ForceFailure.READABLE_BUT_CLEAN);
        assertThrows(IOException.class, store::sync);
        disk.killProcess();
        FileLogStore next = new FileLogStore(disk, LogScript.OPTIONS);
        assertEquals(list(1, 6, 1), next.recover().entries());
        next.append(entries(7, 7, 1));
        next.sync();
        disk.crash(new SplittableRandom(1));
        assertEquals(list(1, 7, 1), recovered());
    }

    @Test
    void aFailedForceOfASnapshotOrItsNameFailsTheStoreAndKeepsTheLog() throws IOException {
        for (int force = 0; force < 2; force++) {
            SimulatedDisk other = new SimulatedDisk("force-" + force);
            FileLogStore store = new FileLogStore(other, LogScript.OPTIONS);
            store.recover();
            store.append(entries(1, 30, 1));
            store.sync();
            if (force == 0) {
                other.failNextForce(SimulatedDisk.ForceFailure.DROPPED);
            } else {
                other.losePowerAfter(4);
            }
            assertThrows(IOException.class, () -> store.saveSnapshot(snapshot(20, 1), 20));
            assertThrows(IOException.class, store::sync);
            other.crash(new SplittableRandom(force));
            LogStore.Recovered recovered = new FileLogStore(other, LogScript.OPTIONS).recover();
            assertEquals(list(1, 30, 1), recovered.entries());
        }
    }

    @Test
    void aFullDiskFailsTheStoreAndLosesNothingThatWasAcknowledged() throws IOException {
        FileLogStore store = opened();
        disk.limitSpace(20_000);
        long acknowledged = 0;
        IOException full = null;
        while (full == null) {
            try {
                store.append(entries(acknowledged + 1, acknowledged + 5, 1));
                store.sync();
                acknowledged += 5;
            } catch (IOException e) {
                full = e;
            }
        }
        assertTrue(full.getMessage().contains("no space"), full.getMessage());
        assertTrue(acknowledged > 50, "only " + acknowledged);
        IOException later = assertThrows(IOException.class, store::sync);
        assertEquals(full, later.getCause());
        disk.crash(new SplittableRandom(3));
        disk.limitSpace(Long.MAX_VALUE);
        List<LogEntry> entries = recovered();
        assertTrue(entries.size() >= acknowledged, entries.size() + " of " + acknowledged);
        assertEquals(list(1, entries.size(), 1), entries);
    }

    @Test
    void anErrorInRecoveryFailsTheStoreAndTheNextOneStartsOver() throws IOException {
        FileLogStore store = opened();
        store.append(entries(1, 3, 1));
        store.sync();
        store.close();
        FileLogStore unlucky = new FileLogStore(disk, LogScript.OPTIONS);
        disk.failNextForce(SimulatedDisk.ForceFailure.DROPPED);
        assertThrows(IOException.class, unlucky::recover);
        assertThrows(IOException.class, unlucky::sync);
        unlucky.close();
        assertEquals(list(1, 3, 1), recovered());
    }

    @Test
    void anEntryBeyondTheLimitIsRefusedByNameAndTheStoreGoesOn() throws IOException {
        FileLogOptions options = new FileLogOptions(8192, 2000, 4096);
        FileLogStore store = new FileLogStore(disk, options);
        store.recover();
        LogEntry longest = entry(1, 1, 2000);
        store.append(new LogBatch(Optional.empty(), 0, List.of(longest)));
        LogEntry tooLong = new LogEntry(3, 1, 0, LogEntry.Kind.COMMAND, Bytes.wrap(new byte[2001]));
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> store.append(new LogBatch(Optional.empty(), 0, List.of(entry(2, 1), tooLong))));
        assertTrue(refused.getMessage().contains("maxRecordBytes is 2000"), refused.getMessage());
        store.sync();
        store.close();
        assertEquals(List.of(longest), recovered());
    }

    @Test
    void aBatchIsOneWriteAndASyncOneForce() throws IOException {
        FileLogStore store = new FileLogStore(disk, FileLogOptions.ofSegmentBytes(1 << 20));
        store.recover();
        store.append(entries(1, 5, 1));
        // The first syncs also prepare the next segment; from here on there is nothing left to prepare.
        for (int i = 0; i < 40; i++) {
            store.append(entries(6 + 200 * i, 205 + 200 * i, 1));
            store.sync();
        }
        long operations = disk.operations();
        long forces = disk.forces();
        store.append(entries(8006, 8100, 1));
        store.append(entries(8101, 8200, 1));
        assertEquals(operations + 2, disk.operations());
        store.sync();
        store.sync();
        assertEquals(forces + 1, disk.forces());
    }
}
