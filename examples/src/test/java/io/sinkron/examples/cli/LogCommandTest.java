package io.sinkron.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.wal.FileDisk;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log verify} and {@code log repair}: what they print, what they change, and how they end. */
class LogCommandTest {
    private static final String SEGMENT = "wal-0000000001.log";

    @TempDir
    private Path directory;

    private String out;
    private String err;

    @BeforeEach
    void fill() throws IOException {
        try (FileLogStore store = open()) {
            store.recover();
            for (long first : new long[] {1, 11, 21}) {
                List<LogEntry> entries = LongStream.range(first, first + 10)
                        .mapToObj(index -> new LogEntry(index, 2, 0, LogEntry.Kind.COMMAND, Bytes.utf8("some bytes")))
                        .toList();
                HardState voted = new HardState(2, Optional.of(NodeId.of("n2")));
                store.append(new LogBatch(first == 1 ? Optional.of(voted) : Optional.empty(), 0, entries));
                store.sync();
            }
        }
    }

    private FileLogStore open() throws IOException {
        return new FileLogStore(FileDisk.open(directory), FileLogOptions.ofSegmentBytes(16_384));
    }

    private int run(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        int status = Cli.run(
                arguments,
                environment,
                new PrintStream(toOut, true, StandardCharsets.UTF_8),
                new PrintStream(toErr, true, StandardCharsets.UTF_8));
        out = toOut.toString(StandardCharsets.UTF_8);
        err = toErr.toString(StandardCharsets.UTF_8);
        return status;
    }

    private int run(String... arguments) {
        return run(Map.of(), arguments);
    }

    private String path() {
        return directory.toString();
    }

    private void flipABitInTheMiddle() throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve(SEGMENT));
        bytes[1000] ^= 1;
        Files.write(directory.resolve(SEGMENT), bytes);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aWholeLogIsReportedAndEndsWithZero() {
        assertEquals(0, run("log", "verify", path()), () -> out + err);
        assertTrue(out.contains("segment " + SEGMENT + ": 16384 bytes"), out);
        assertTrue(out.contains("30 entries 1 to 30"), out);
        assertTrue(out.contains("incarnation=1 identity=0 term=2 voted=n2 snapshot=0 first=1 last=30"), out);
        assertTrue(out.contains("terms: 2 (1 to 30)"), out);
        assertTrue(out.contains("is whole"), out);
        assertEquals("", err);
        assertEquals(0, run("log", "repair", path()));
        assertTrue(out.contains("needs no repair"), out);
    }

    @Test
    void aDamagedLogIsReportedWithFileAndOffsetAndEndsWithOne() throws IOException {
        flipABitInTheMiddle();
        assertEquals(1, run("log", "verify", path()));
        assertTrue(out.contains("damage: " + SEGMENT + " at offset "), out);
        assertTrue(out.contains("no node starts on it"), out);
        assertEquals("", err);
    }

    @Test
    void aRepairWithoutWriteChangesNothingAndEndsWithOne() throws IOException {
        flipABitInTheMiddle();
        byte[] before = Files.readAllBytes(directory.resolve(SEGMENT));
        List<String> names = names();
        assertEquals(1, run(Map.of("SINKRON_WRITE", "true"), "log", "repair", path()));
        assertTrue(out.contains("would: cut " + SEGMENT + " from offset "), out);
        assertTrue(out.contains("would: make this disk another server"), out);
        assertTrue(out.contains("to 30 are known to go"), out);
        assertTrue(out.contains("nothing was changed; with --write it is done"), out);
        assertEquals(names, names());
        assertEquals(Bytes.wrap(before), Bytes.wrap(Files.readAllBytes(directory.resolve(SEGMENT))));
    }

    @Test
    void aRepairWithWriteMakesItAnotherServersLog() throws IOException {
        flipABitInTheMiddle();
        assertEquals(0, run("log", "repair", "--write", path()), () -> out + err);
        assertTrue(out.contains("done: cut " + SEGMENT), out);
        assertTrue(names().contains(SEGMENT + ".damaged"), names().toString());
        assertEquals(0, run("log", "verify", path()), () -> out + err);
        assertFalse(out.contains("identity=0 "), out);
        try (LogStore store = open()) {
            LogStore.Recovered recovered = store.recover();
            assertTrue(recovered.hardState().identity() > 0);
            assertEquals(recovered.hardState().identity() + 1, recovered.incarnation());
            assertTrue(recovered.entries().size() < 30 && !recovered.entries().isEmpty());
        }
    }

    @Test
    void aDirectoryInUseOrWithoutALogIsABadArgument() throws IOException {
        try (LogStore store = open()) {
            store.recover();
            for (String command : List.of("verify", "repair")) {
                assertEquals(2, run("log", command, path()));
                assertTrue(err.contains("in use") && err.lines().count() == 1, err);
            }
        }
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertEquals(2, run("log", "verify", empty.toString()));
        assertTrue(err.contains("holds no log"), err);
        try (Stream<Path> files = Files.list(empty)) {
            assertEquals(0, files.count());
        }
        assertEquals(
                2, run("log", "repair", "--write", directory.resolve("none").toString()));
        assertTrue(err.contains("is not a directory"), err);
        assertFalse(Files.exists(directory.resolve("none")));
        assertEquals(2, run("log", "verify"));
        assertTrue(err.contains("DIR"), err);
        assertEquals(2, run("log", "repair", path(), "--write=maybe"));
    }
}
