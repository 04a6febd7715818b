package io.sinkron.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.Disk;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {
    @TempDir
    Path directory;

    @Test
    void openMakesTheDirectoryWithItsParents() throws IOException {
        Path deep = directory.resolve("a/b/c");
        try (FileDisk disk = FileDisk.open(deep)) {
            assertTrue(Files.isDirectory(deep));
            assertEquals(List.of(), disk.list());
            assertEquals(deep.toRealPath().toString(), disk.describe());
        }
    }

    @Test
    void whereAFileIsInTheWayTheErrorNamesIt() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        IOException refused = assertThrows(IOException.class, () -> FileDisk.open(file));
        assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    }

    @Test
    void filesAreWrittenReadResizedRenamedAndDeleted() throws IOException {
        try (FileDisk disk = FileDisk.open(directory)) {
            disk.lock();
            try (Disk.File file = disk.open("one", true)) {
                file.write(3, ByteBuffer.wrap(new byte[] {1, 2, 3}));
                file.force();
                assertEquals(6, file.size());
                ByteBuffer read = ByteBuffer.allocate(10);
                assertEquals(6, file.read(0, read));
                assertArrayEquals(new byte[] {0, 0, 0, 1, 2, 3, 0, 0, 0, 0}, read.array());
                assertEquals(0, file.read(6, ByteBuffer.allocate(1)));
                file.truncate(4);
                file.truncate(8);
                assertEquals(8, file.size());
            }
            disk.open("two", true).close();
            disk.rename("one", "two");
            disk.forceDirectory();
            assertArrayEquals(new byte[] {0, 0, 0, 1, 0, 0, 0, 0}, Files.readAllBytes(directory.resolve("two")));
            assertEquals(List.of("two"), disk.list());
            disk.delete("two");
            disk.delete("two");
            assertEquals(List.of(), disk.list());
        }
    }

    @Test
    void errorsNameTheFile() throws IOException {
        try (FileDisk disk = FileDisk.open(directory)) {
            assertNames("gone", assertThrows(IOException.class, () -> disk.open("gone", false)));
            assertNames("gone", assertThrows(IOException.class, () -> disk.rename("gone", "new")));
            Disk.File closed = disk.open("closed", true);
            closed.close();
            assertNames("closed", assertThrows(IOException.class, () -> closed.write(0, ByteBuffer.allocate(1))));
            assertNames("closed", assertThrows(IOException.class, () -> closed.read(0, ByteBuffer.allocate(1))));
            assertNames("closed", assertThrows(IOException.class, () -> closed.truncate(9)));
            assertNames("closed", assertThrows(IOException.class, closed::force));
        }
    }

    private void assertNames(String file, IOException error) {
        assertTrue(error.getMessage().contains(directory.resolve(file).toString()), error.getMessage());
    }

    @Test
    void namesThatLeaveTheDirectoryAreRefused() throws IOException {
        try (FileDisk disk = FileDisk.open(directory)) {
            assertThrows(IllegalArgumentException.class, () -> disk.open("../out", true));
            assertThrows(IllegalArgumentException.class, () -> disk.delete("sub/file"));
        }
    }

    @Test
    void whenTheDirectoryIsLockedInThisProcess_thenASecondLockNamesIt() throws IOException {
        FileDisk first = FileDisk.open(directory);
        FileDisk second = FileDisk.open(directory.resolve("../" + directory.getFileName()));
        first.lock();
        IOException refused = assertThrows(IOException.class, second::lock);
        assertTrue(refused.getMessage().contains(directory.toRealPath().toString()), refused.getMessage());
        second.close();
        assertThrows(IOException.class, second::lock);
        first.close();
        second.lock();
        second.close();
    }

    @Test
    @Timeout(60)
    void whenAnotherProcessHasTheDirectory_thenTheLockIsRefusedUntilItEnds() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        whereIs(FileDisk.class) + File.pathSeparator + whereIs(Holder.class),
                        Holder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (FileDisk disk = FileDisk.open(directory);
                BufferedReader said =
                        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("locked", said.readLine());
            IOException refused = assertThrows(IOException.class, disk::lock);
            assertTrue(refused.getMessage().contains(directory.toRealPath().toString()), refused.getMessage());
            assertTrue(refused.getMessage().contains("another process"), refused.getMessage());
            other.destroyForcibly().waitFor();
            disk.lock();
        } finally {
            other.destroyForcibly();
        }
    }

    private static Path whereIs(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** The other process: locks, says so, and waits to be killed. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            FileDisk.open(Path.of(arguments[0])).lock();
            System.out.println("locked");
            System.in.read();
        }
    }
}
