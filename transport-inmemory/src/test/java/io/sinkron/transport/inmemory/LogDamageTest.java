package io.sinkron.transport.inmemory;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.hardState;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static io.sinkron.spi.contract.LogStoreContract.state;
import static io.sinkron.spi.contract.LogStoreContract.truncate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.wal.DamagedLogException;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage at every byte and every sector of a log that was all acknowledged: named, or harmless; never wrong data. */
class LogDamageTest {
    private static final int SECTOR = 512;
    private static final long LAST = 113;

    private final SimulatedDisk disk = new SimulatedDisk("n1");
    private LogStore.Recovered whole;
    private String lastSegment;
    private int endOfTheBatchBefore;

    /** Several segments, a snapshot, a truncation, a term: and each batch synced. */
    @BeforeEach
    void fill() throws IOException {
        try (FileLogStore store = new FileLogStore(disk, LogScript.OPTIONS)) {
            store.recover();
            for (int first = 1; first <= 91; first += 10) {
                store.append(entries(first, first + 9, 1));
                store.sync();
            }
            store.saveSnapshot(snapshot(50, 1), 40);
            store.append(hardState(2, "n2"));
            store.append(truncate(91, entries(91, 110, 2)));
            store.sync();
            lastSegment = disk.files().keySet().stream()
                    .filter(name -> used(disk.files().get(name)) > 0 && name.startsWith("wal-"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            endOfTheBatchBefore = used(disk.files().get(lastSegment));
            store.append(entries(111, LAST, 2));
            store.sync();
        }
        try (FileLogStore store = new FileLogStore(disk.copy(), LogScript.OPTIONS)) {
            whole = store.recover();
        }
        assertEquals(state(2, "n2"), whole.hardState());
        assertEquals(
                list(91, LAST, 2),
                whole.entries()
                        .subList(whole.entries().size() - 23, whole.entries().size()));
        assertTrue(disk.files().size() >= 4, disk.files().keySet().toString());
    }

    private interface Outcome {
        void of(String file, int offset, LogStore.Recovered recovered);
    }

    /** Whether the damage was named, rightly; if not, the outcome looks at what was recovered. */
    private boolean isNamed(SimulatedDisk damaged, String file, int offset, Outcome otherwise) throws IOException {
        try (FileLogStore store = new FileLogStore(damaged, LogScript.OPTIONS)) {
            otherwise.of(file, offset, store.recover());
            return false;
        } catch (DamagedLogException e) {
            assertTrue(offset == Integer.MAX_VALUE || e.file().equals(file), e.getMessage());
            assertTrue(e.offset() <= offset, e.getMessage() + " but the damage is at " + file + " " + offset);
            return true;
        }
    }

    @Test
    void aFlippedBitAnywhereIsNamedOrChangesNothing() throws IOException {
        int named = 0;
        int harmless = 0;
        for (Map.Entry<String, byte[]> file : disk.files().entrySet()) {
            int used = used(file.getValue());
            for (int offset = 0; offset < file.getValue().length; offset++) {
                SimulatedDisk damaged = disk.copy();
                damaged.flipBit(file.getKey(), offset, (offset * 5 + 3) % 8);
                boolean isNamed = isNamed(damaged, file.getKey(), offset, this::assertWhole);
                assertTrue(isNamed || offset >= used, file.getKey() + " offset " + offset + " went unnoticed");
                named += isNamed ? 1 : 0;
                harmless += isNamed ? 0 : 1;
            }
        }
        assertTrue(named > 10_000 && harmless > 1000, named + " named, " + harmless + " harmless");
    }

    private void assertWhole(String file, int offset, LogStore.Recovered recovered) {
        assertEquals(whole.hardState(), recovered.hardState());
        assertEquals(whole.snapshot(), recovered.snapshot());
        assertEquals(whole.entries(), recovered.entries(), () -> file + " offset " + offset);
    }

    @Test
    void aZeroedSectorIsNamedUnlessItLooksLikeATearOfTheLastAcknowledgedWrite() throws IOException {
        int unnoticed = 0;
        for (Map.Entry<String, byte[]> file : disk.files().entrySet()) {
            for (int offset = 0; offset + SECTOR <= used(file.getValue()); offset += SECTOR) {
                SimulatedDisk damaged = disk.copy();
                damaged.overwrite(file.getKey(), offset, new byte[SECTOR]);
                boolean isNamed = isNamed(damaged, file.getKey(), offset, this::assertOnlyLastBatchesAreMissing);
                unnoticed += isNamed ? 0 : 1;
            }
        }
        assertTrue(unnoticed <= 2, unnoticed + " zeroed sectors went unnoticed");
    }

    /**
     * The documented gap: what was written behind the last synced mark, here entries 111 to 113; and the batch before, if its end and the mark
     * are in one sector.
     */
    private void assertOnlyLastBatchesAreMissing(String file, int offset, LogStore.Recovered recovered) {
        assertEquals(whole.hardState(), recovered.hardState());
        assertEquals(whole.snapshot(), recovered.snapshot());
        long first = whole.entries().get(0).index();
        List<LogEntry> withoutTheLast =
                whole.entries().subList(0, whole.entries().size() - 3);
        assertTrue(
                recovered.entries().equals(withoutTheLast)
                        || recovered.entries().equals(list(first, 100, 1)) && isEndOfTheBatchBefore(file, offset),
                () -> "after zeros in " + file + " at " + offset + ": " + recovered.entries());
    }

    private boolean isEndOfTheBatchBefore(String file, int offset) {
        return file.equals(lastSegment) && offset == endOfTheBatchBefore / SECTOR * SECTOR;
    }

    @Test
    void aLostFileIsNamedOrWasNotNeeded() throws IOException {
        for (String file : disk.files().keySet()) {
            SimulatedDisk damaged = disk.copy();
            damaged.loseFile(file);
            isNamed(damaged, file, Integer.MAX_VALUE, this::assertNothingNeededIsMissing);
        }
    }

    private void assertNothingNeededIsMissing(String file, int offset, LogStore.Recovered recovered) {
        assertEquals(whole.hardState(), recovered.hardState());
        long first = recovered.entries().get(0).index();
        long covered = recovered.snapshot().map(snapshot -> snapshot.index()).orElse(0L);
        assertTrue(first <= covered + 1, "first is " + first);
        int from = whole.entries().size() - recovered.entries().size();
        assertEquals(whole.entries().subList(from, whole.entries().size()), recovered.entries());
    }

    @Test
    void anOldVersionOfASectorIsNamed() throws IOException {
        SimulatedDisk growing = new SimulatedDisk("stale");
        try (FileLogStore store = new FileLogStore(growing, LogScript.OPTIONS)) {
            store.recover();
            store.append(entries(1, 3, 1));
            store.sync();
            byte[] before = growing.files().get("wal-0000000001.log");
            store.append(entries(4, 6, 1));
            store.sync();
            store.append(entries(7, 7, 1));
            store.sync();
            int sector = used(before) / SECTOR * SECTOR;
            growing.overwrite("wal-0000000001.log", sector, Arrays.copyOfRange(before, sector, sector + SECTOR));
        }
        assertTrue(isNamed(growing, "wal-0000000001.log", Integer.MAX_VALUE, (file, offset, recovered) -> {}));
    }

    private static int used(byte[] content) {
        int used = content.length;
        while (used > 0 && content[used - 1] == 0) {
            used--;
        }
        return used;
    }
}
