package io.sinkron.transport.inmemory;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import io.sinkron.wal.DamagedLogException;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation of a run fails once: a short write, a failed force with its pages dropped, a name that cannot be changed, whether it's for
 * an entry, a roll, the preparation of a segment, a snapshot or the recovery. And a disk of every size is full. Each time the store stops for
 * good, says why, touches nothing more, and everything that it had reported durable is there afterwards.
 */
class LogEveryErrorTest {
    private static final int STEPS = 40;
    private static final int SECTOR = 512;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whicheverOperationFailsTheStoreStopsForGood(long seed) throws IOException {
        int failures = 0;
        for (boolean isFailed = true; isFailed; failures++) {
            SimulatedDisk disk = new SimulatedDisk("error-" + seed + "-" + failures);
            disk.failAfter(failures);
            isFailed = runsIntoAnError(disk, seed);
        }
        assertTrue(failures > 50, "the run had only " + failures + " operations");
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void howeverLargeTheFullDiskIsTheStoreStopsForGood(long seed) throws IOException {
        int sizes = 0;
        for (boolean isFull = true; isFull; sizes++) {
            SimulatedDisk disk = new SimulatedDisk("full-" + seed + "-" + sizes);
            disk.limitSpace((long) sizes * SECTOR);
            isFull = runsIntoAnError(disk, seed);
        }
        assertTrue(sizes > 16, "the run took only " + sizes + " sectors");
    }

    /** Runs until the disk fails, and looks at what is left of store and log. Returns whether it did fail. */
    private static boolean runsIntoAnError(SimulatedDisk disk, long seed) throws IOException {
        LogModel model = new LogModel();
        LogScript script = new LogScript(disk, model, new SplittableRandom(seed));
        try {
            script.open();
            script.steps(STEPS);
            return false;
        } catch (IOException error) {
            assertStopped(script.store(), error, disk);
        }
        script.close();
        disk.limitSpace(Long.MAX_VALUE);
        for (int outcome = 0; outcome < 3; outcome++) {
            SplittableRandom random = new SplittableRandom(seed * 31 + outcome);
            SimulatedDisk copy = disk.copy();
            if (outcome == 0) {
                copy.killProcess();
            } else {
                copy.crash(random);
            }
            LogScript again = new LogScript(copy, model.copy(), random);
            again.open();
            again.steps(3);
            copy.crash(random);
            again.open();
        }
        return true;
    }

    /** Later calls fail with the first reason, although the disk is well again, and reach it no more. */
    private static void assertStopped(FileLogStore store, IOException error, SimulatedDisk disk) {
        long operations = disk.operations();
        for (int i = 0; i < 2; i++) {
            for (IOException later : new IOException[] {
                assertThrows(IOException.class, store::sync),
                assertThrows(IOException.class, () -> store.append(entries(1, 1, 1))),
                assertThrows(IOException.class, () -> store.prepareSnapshot(snapshot(1000, 1))),
                assertThrows(IOException.class, () -> store.saveSnapshot(snapshot(1000, 1), 0))
            }) {
                assertEquals(error, later.getCause());
            }
        }
        assertEquals(operations, disk.operations());
    }

    /** A write that nobody was told is lost, or lands elsewhere, then acknowledged writes behind it: seen, or it did no harm. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aWriteThatWentAstrayIsSeenOnceSomethingElseWasAcknowledged(long seed) throws IOException {
        int seen = 0;
        for (int step = 0; step < STEPS; step++) {
            for (int sectors = -3; sectors <= 3; sectors++) {
                seen += isSeen(seed, step, sectors) ? 1 : 0;
            }
        }
        assertTrue(seen > STEPS, "only " + seen + " were seen");
    }

    private static boolean isSeen(long seed, int step, int sectors) throws IOException {
        SimulatedDisk disk = new SimulatedDisk("astray-" + seed + "-" + step + "-" + sectors);
        LogModel model = new LogModel();
        LogScript script = new LogScript(disk, model, new SplittableRandom(seed));
        script.open();
        script.steps(step);
        if (sectors == 0) {
            disk.loseNextWrite();
        } else {
            disk.misdirectNextWrite(sectors);
        }
        script.steps(STEPS - step);
        for (int i = 0; i < 2; i++) {
            script.append(entries(model.nextIndex(), model.nextIndex(), 50));
            script.sync();
        }
        disk.crash(new SplittableRandom(seed));
        try (FileLogStore store = new FileLogStore(disk, LogScript.OPTIONS)) {
            assertNothingIsMissing(store.recover(), model);
            return false;
        } catch (DamagedLogException named) {
            return true;
        }
    }

    /** The newest snapshot may have been hit, if an older one and the log make up for it. */
    private static void assertNothingIsMissing(LogStore.Recovered recovered, LogModel model) {
        assertEquals(model.hardState(), recovered.hardState());
        List<LogEntry> entries = recovered.entries();
        long covered = recovered.snapshot().map(StoredSnapshot::index).orElse(0L);
        assertTrue(entries.get(0).index() <= covered + 1);
        for (LogEntry entry : entries) {
            assertTrue(!model.has(entry.index()) || model.termAt(entry.index()) == entry.term(), entry.toString());
        }
        assertEquals(model.nextIndex() - 1, entries.get(entries.size() - 1).index());
    }

    @Test
    void anErrorOfAReadAtTheStartIsNoDamageAndChangesNothing() throws IOException {
        SimulatedDisk disk = new SimulatedDisk("n1");
        LogModel model = new LogModel();
        LogScript script = new LogScript(disk, model, new SplittableRandom(3));
        script.open();
        script.steps(STEPS);
        script.sync();
        script.close();
        long operations = disk.operations();
        disk.failNextRead();
        try (LogStore unlucky = new FileLogStore(disk, LogScript.OPTIONS)) {
            IOException error = assertThrows(IOException.class, unlucky::recover);
            assertTrue(error.getMessage().contains("read of n1/"), error.getMessage());
            assertTrue(!(error instanceof DamagedLogException), "an error of the disk says nothing about the log");
            assertEquals(error, assertThrows(IOException.class, unlucky::sync).getCause());
        }
        assertEquals(operations, disk.operations());
        new LogScript(disk, model, new SplittableRandom(3)).open();
    }
}
