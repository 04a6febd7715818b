package io.sinkron.transport.inmemory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
    private final SimulatedDisk disk = new SimulatedDisk("n1");

    private Disk.File durableFile(String name) throws IOException {
        Disk.File file = disk.open(name, true);
        disk.forceDirectory();
        return file;
    }

    private static ByteBuffer filled(int size, int value) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    private byte[] read(String name) throws IOException {
        try (Disk.File file = disk.open(name, false)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.array();
        }
    }

    @Test
    void whatWasForcedSurvivesEveryCrash() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(5000, 1));
        file.write(100, filled(10, 2));
        file.force();
        byte[] before = read("a");
        for (int seed = 0; seed < 20; seed++) {
            disk.crash(new SplittableRandom(seed));
            assertArrayEquals(before, read("a"));
        }
    }

    @Test
    void anUnforcedWriteIsKeptDroppedOrTornAtSectorsEachOnItsOwn() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(4096, 1));
        file.force();
        file.write(0, filled(2048, 2));
        file.write(2048, filled(2048, 3));
        Set<String> outcomes = new HashSet<>();
        boolean onlyTheSecond = false;
        for (int seed = 0; seed < 400; seed++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(new SplittableRandom(seed));
            byte[] content = copy.files().get("a");
            StringBuilder sectors = new StringBuilder();
            for (int sector = 0; sector < 8; sector++) {
                byte value = content[sector * 512];
                for (int i = 0; i < 512; i++) {
                    assertEquals(value, content[sector * 512 + i], "torn inside a sector");
                }
                sectors.append(value);
            }
            outcomes.add(sectors.toString());
            onlyTheSecond |= sectors.toString().equals("11113333");
        }
        assertTrue(
                outcomes.contains("22223333") && outcomes.contains("11111111") && onlyTheSecond, outcomes.toString());
        assertTrue(outcomes.size() > 30, outcomes.size() + " outcomes");
    }

    @Test
    void sizesMayGrowWithoutTheirData() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(100, 1));
        boolean grownWithZeros = false;
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(new SplittableRandom(seed));
            grownWithZeros |= Arrays.equals(new byte[100], copy.files().get("a"));
        }
        assertTrue(grownWithZeros);
    }

    @Test
    void namesAreDurableOnlyWithTheDirectory() throws IOException {
        durableFile("a").force();
        Disk.File b = disk.open("b", true);
        b.write(0, filled(10, 7));
        b.force();
        disk.rename("b", "a");
        disk.open("c", true);
        disk.delete("a");
        Set<List<String>> outcomes = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(new SplittableRandom(seed));
            outcomes.add(copy.list());
        }
        assertTrue(outcomes.contains(List.of("a")) && outcomes.contains(List.of("a", "b", "c")), outcomes.toString());
        assertTrue(outcomes.contains(List.of()) && outcomes.contains(List.of("c")), outcomes.toString());
        disk.forceDirectory();
        disk.crash(new SplittableRandom(1));
        assertEquals(List.of("c"), disk.list());
    }

    @Test
    void aCrashIsAFunctionOfTheGenerator() throws IOException {
        Disk.File file = durableFile("a");
        for (int i = 0; i < 20; i++) {
            file.write(i * 700L, filled(700, i + 1));
        }
        SimulatedDisk copy = disk.copy();
        disk.crash(new SplittableRandom(5));
        copy.crash(new SplittableRandom(5));
        assertArrayEquals(disk.files().get("a"), copy.files().get("a"));
    }

    @Test
    void afterAFailedForceALaterOneSucceedsAndMeansNothing() throws IOException {
        for (SimulatedDisk.ForceFailure failure : SimulatedDisk.ForceFailure.values()) {
            String name = failure.name();
            Disk.File file = durableFile(name);
            file.write(0, filled(100, 1));
            disk.failNextForce(failure);
            assertThrows(IOException.class, file::force);
            file.force();
            boolean isReadable = failure == SimulatedDisk.ForceFailure.READABLE_BUT_CLEAN;
            assertEquals(isReadable ? 100 : 0, read(name).length);
            SimulatedDisk copy = disk.copy();
            copy.crash(new SplittableRandom(1));
            assertEquals(0, copy.files().get(name).length);
        }
    }

    @Test
    void aFailedWriteWritesNothing() throws IOException {
        Disk.File file = durableFile("a");
        disk.failNextWrite();
        IOException error = assertThrows(IOException.class, () -> file.write(0, filled(10, 1)));
        assertTrue(error.getMessage().contains("n1/a"), error.getMessage());
        assertEquals(0, file.size());
        file.write(0, filled(10, 1));
    }

    @Test
    void aFullDiskTakesWhatFits() throws IOException {
        Disk.File file = durableFile("a");
        durableFile("b").write(0, filled(300, 1));
        disk.limitSpace(1000);
        assertThrows(IOException.class, () -> file.write(0, filled(800, 1)));
        assertEquals(700, file.size());
        file.write(0, filled(700, 2));
        disk.limitSpace(Long.MAX_VALUE);
        file.write(0, filled(800, 1));
    }

    @Test
    void whenPowerIsLostNothingWorksUntilTheCrash() throws IOException {
        Disk.File file = durableFile("a");
        disk.losePowerAfter(1);
        file.write(0, filled(10, 1));
        assertThrows(IOException.class, file::force);
        assertThrows(IOException.class, file::size);
        assertThrows(IOException.class, disk::list);
        disk.crash(new SplittableRandom(1));
        assertThrows(IOException.class, file::size, "a handle from before the crash");
        disk.open("a", false).force();
    }

    @Test
    void theLockIsFreeAfterACrash() throws IOException {
        disk.lock();
        IOException refused = assertThrows(IOException.class, disk::lock);
        assertTrue(refused.getMessage().contains("n1"), refused.getMessage());
        disk.crash(new SplittableRandom(1));
        disk.lock();
        disk.close();
        disk.lock();
    }

    @Test
    void aKilledProcessLosesNothingThatWasWritten() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(10, 1));
        disk.killProcess();
        assertThrows(IOException.class, file::size);
        assertEquals(10, read("a").length);
        assertEquals(0, disk.durableFiles().get("a").length);
    }

    @Test
    void damageIsDoneToTheDiskItself() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(10, 1));
        assertThrows(IllegalArgumentException.class, () -> disk.overwrite("a", 0, new byte[1]));
        file.force();
        disk.flipBit("a", 3, 7);
        disk.overwrite("a", 5, new byte[] {9});
        byte[] expected = {1, 1, 1, (byte) 129, 1, 9, 1, 1, 1, 1};
        assertArrayEquals(expected, read("a"));
        disk.crash(new SplittableRandom(1));
        assertArrayEquals(expected, read("a"));
        disk.loseFile("a");
        assertFalse(disk.list().contains("a"));
        assertThrows(IllegalArgumentException.class, () -> disk.flipBit("a", 0, 0));
    }

    @Test
    void truncateCutsAndGrowsWithZeros() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(10, 1));
        file.truncate(5);
        file.truncate(8);
        file.force();
        assertArrayEquals(new byte[] {1, 1, 1, 1, 1, 0, 0, 0}, read("a"));
        disk.crash(new SplittableRandom(1));
        assertArrayEquals(new byte[] {1, 1, 1, 1, 1, 0, 0, 0}, read("a"));
    }

    @Test
    void aLostWriteIsReportedReadAndForcedAndGoneAfterACrash() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(1024, 1));
        file.force();
        disk.loseNextWrite();
        file.write(100, filled(10, 2));
        file.write(200, filled(10, 3));
        file.force();
        assertEquals(2, read("a")[100]);
        disk.crash(new SplittableRandom(1));
        assertEquals(1, read("a")[100]);
        assertEquals(3, read("a")[200]);
    }

    @Test
    void aMisdirectedWriteLandsSectorsAway() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(2048, 1));
        file.force();
        disk.misdirectNextWrite(2);
        file.write(100, filled(10, 2));
        file.force();
        assertEquals(2, read("a")[100]);
        disk.misdirectNextWrite(-3);
        file.write(1000, filled(600, 4));
        file.force();
        disk.crash(new SplittableRandom(1));
        assertEquals(1, read("a")[100]);
        assertEquals(2, read("a")[1124]);
        assertEquals(4, read("a")[0]);
        assertEquals(4, read("a")[63]);
        assertEquals(1, read("a")[64]);
        assertEquals(2048, read("a").length);
    }

    @Test
    void sectorsAreZeroedMadeStaleAndMisdirectedAtRest() throws IOException {
        Disk.File file = durableFile("a");
        Disk.File other = durableFile("b");
        other.write(0, filled(1024, 7));
        other.force();
        file.write(0, filled(1200, 1));
        file.force();
        assertFalse(disk.restoreStaleSector("a", 600), "there was nothing before");
        file.write(500, filled(100, 2));
        file.force();
        assertTrue(disk.restoreStaleSector("a", 600));
        assertEquals(1, read("a")[550]);
        assertEquals(2, read("a")[505]);
        disk.zeroSector("a", 1199);
        assertEquals(0, read("a")[1024]);
        assertEquals(1200, read("a").length);
        disk.misdirectSector("a", 3, "b", 513);
        assertEquals(1, read("a")[505]);
        assertEquals(2, read("b")[512 + 505]);
        assertEquals(7, read("b")[511]);
        disk.crash(new SplittableRandom(1));
        assertEquals(2, read("b")[512 + 505]);
    }

    @Test
    void oneOperationFailsWhateverItIs() throws IOException {
        Disk.File file = durableFile("a");
        disk.failAfter(1);
        file.write(0, filled(10, 1));
        assertThrows(IOException.class, () -> file.write(10, filled(1100, 1)));
        assertEquals(512, file.size(), "a short write");
        file.force();
        disk.failAfter(0);
        assertThrows(IOException.class, () -> disk.rename("a", "b"));
        assertEquals(List.of("a"), disk.list());
        disk.failAfter(0);
        assertThrows(IOException.class, () -> disk.open("c", true));
        assertEquals(List.of("a"), disk.list());
        file.write(0, filled(10, 2));
        disk.failAfter(0);
        assertThrows(IOException.class, file::force);
        assertEquals(1, read("a")[0]);
        disk.failAfter(0);
        assertThrows(IOException.class, disk::forceDirectory);
        disk.forceDirectory();
    }

    @Test
    void readsAndNamesFailOnce() throws IOException {
        Disk.File file = durableFile("a");
        file.write(0, filled(10, 1));
        disk.failNextRead();
        IOException error = assertThrows(IOException.class, () -> file.read(0, ByteBuffer.allocate(1)));
        assertTrue(error.getMessage().contains("n1/a"), error.getMessage());
        assertEquals(1, file.read(0, ByteBuffer.allocate(1)));
        disk.failNextNameChange();
        assertThrows(IOException.class, () -> disk.delete("a"));
        disk.delete("a");
        assertEquals(List.of(), disk.list());
    }
}
