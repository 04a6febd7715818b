package io.sinkron.transport.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.wal.DamagedLogException;
import io.sinkron.wal.FileLogStore;
import io.sinkron.wal.LogInspector;
import io.sinkron.wal.LogRepair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Repairs of logs that were damaged at random, cut short after each of their operations: whatever was reached, no store starts as the server
 * that was, and the repair that is run again makes a log of which every part was there before.
 */
class LogRepairCrashTest {
    private static final long IDENTITY = 1L << 50;
    private static final int DAMAGES = 5;

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 4})
    void aRepairCutShortAnywhereIsFinishedByTheNextOne(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        SimulatedDisk disk = new SimulatedDisk("repair-" + seed);
        LogModel model = new LogModel();
        LogScript script = new LogScript(disk, model, random);
        script.open();
        script.steps(40);
        script.sync();
        script.close();
        LogStore.Recovered whole = start(disk.copy());
        int repaired = 0;
        for (int i = 0; i < DAMAGES; i++) {
            SimulatedDisk damaged = disk.copy();
            damage(damaged, random);
            repaired += isRefused(damaged.copy()) ? repairs(damaged, whole, random) : 0;
        }
        assertTrue(repaired > 20, "only " + repaired + " repairs");
    }

    private static void damage(SimulatedDisk disk, SplittableRandom random) {
        List<String> names = new ArrayList<>(disk.files().keySet());
        String name = names.get(random.nextInt(names.size()));
        int used = used(disk.files().get(name));
        int offset = used == 0 ? 0 : random.nextInt(used);
        switch (random.nextInt(5)) {
            case 0 -> disk.loseFile(name);
            case 1 -> disk.zeroSector(name, offset);
            case 2 -> disk.restoreStaleSector(name, offset);
            default -> disk.flipBit(name, offset, random.nextInt(8));
        }
    }

    private static int used(byte[] content) {
        int used = content.length;
        while (used > 0 && content[used - 1] == 0) {
            used--;
        }
        return used;
    }

    private static LogStore.Recovered start(SimulatedDisk disk) throws IOException {
        try (FileLogStore store = new FileLogStore(disk, LogScript.OPTIONS)) {
            return store.recover();
        }
    }

    private static boolean isRefused(SimulatedDisk disk) throws IOException {
        try {
            start(disk);
            return false;
        } catch (DamagedLogException refused) {
            return true;
        }
    }

    /** Cuts the repair short after each of its operations; returns how many there were. */
    private static int repairs(SimulatedDisk damaged, LogStore.Recovered whole, SplittableRandom random)
            throws IOException {
        for (int operations = 0; ; operations++) {
            SimulatedDisk disk = damaged.copy();
            disk.losePowerAfter(operations);
            boolean isCutShort = isCutShort(disk);
            if (random.nextBoolean()) {
                disk.crash(random);
            } else {
                disk.killProcess();
            }
            if (!isRefused(disk.copy())) {
                assertAnotherServer(start(disk.copy()), whole);
            }
            LogRepair.repair(disk, IDENTITY);
            assertTrue(LogInspector.inspect(disk).isWhole());
            disk.crash(random);
            assertAnotherServer(start(disk), whole);
            if (!isCutShort) {
                return operations;
            }
        }
    }

    private static boolean isCutShort(SimulatedDisk disk) {
        try {
            LogRepair.repair(disk, IDENTITY);
            return false;
        } catch (IOException powerIsOff) {
            return true;
        }
    }

    private static void assertAnotherServer(LogStore.Recovered recovered, LogStore.Recovered whole) {
        assertTrue(
                recovered.hardState().identity() >= IDENTITY,
                recovered.hardState().toString());
        assertTrue(recovered.incarnation() > recovered.hardState().identity());
        Map<Long, LogEntry> known = new HashMap<>();
        whole.entries().forEach(entry -> known.put(entry.index(), entry));
        long next =
                recovered.entries().isEmpty() ? 0 : recovered.entries().get(0).index();
        for (LogEntry entry : recovered.entries()) {
            assertEquals(next++, entry.index());
            assertTrue(recovered.hardState().term() >= entry.term());
        }
        recovered.snapshot().ifPresent(snapshot -> assertEquals(whole.snapshot(), recovered.snapshot()));
    }
}
