package io.sinkron.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.Disk;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A log in a directory, for tests that change its bytes between two starts. */
final class LogDirectory {
    static final int SEGMENT_BYTES = 8192;

    private final Path directory;

    LogDirectory(Path directory) {
        this.directory = directory;
    }

    /** What a test does with an open store. */
    interface Use {
        void with(LogStore store) throws IOException;
    }

    /** A record, and where it is. */
    record Located(RecordType type, boolean commits, int offset, int size, long index) {}

    /** Opens, uses, closes. */
    LogStore.Recovered run(Use use) throws IOException {
        try (LogStore store =
                new FileLogStore(FileDisk.open(directory), FileLogOptions.ofSegmentBytes(SEGMENT_BYTES))) {
            LogStore.Recovered recovered = store.recover();
            use.with(store);
            return recovered;
        }
    }

    LogStore.Recovered reopened() throws IOException {
        return run(store -> {});
    }

    /** Recovery must refuse, name the place, and leave every file as it was. */
    DamagedLogException assertDamaged(String file, long offset) throws IOException {
        Map<String, List<Byte>> before = contents();
        DamagedLogException damage = assertThrows(DamagedLogException.class, this::reopened);
        assertEquals(file, damage.file(), damage.getMessage());
        assertEquals(offset, damage.offset(), damage.getMessage());
        assertTrue(damage.getMessage().contains(directory.toString()), damage.getMessage());
        assertTrue(damage.getMessage().contains(file), damage.getMessage());
        assertEquals(before, contents(), "recovery has changed what is damaged");
        return damage;
    }

    private Map<String, List<Byte>> contents() throws IOException {
        Map<String, List<Byte>> contents = new HashMap<>();
        for (String name : names()) {
            List<Byte> bytes = new ArrayList<>();
            for (byte b : read(name)) {
                bytes.add(b);
            }
            contents.put(name, bytes);
        }
        return contents;
    }

    List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals("lock"))
                    .sorted()
                    .toList();
        }
    }

    byte[] read(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name));
    }

    void write(String name, byte[] bytes) throws IOException {
        Files.write(directory.resolve(name), bytes);
    }

    void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    void flipBit(String name, int offset) throws IOException {
        byte[] bytes = read(name);
        bytes[offset] ^= 4;
        write(name, bytes);
    }

    /** Makes a run of a file read as it did before anything was written there. */
    void zero(String name, int from, int to) throws IOException {
        byte[] bytes = read(name);
        Arrays.fill(bytes, from, to, (byte) 0);
        write(name, bytes);
    }

    void overwrite(String name, int offset, byte[] with) throws IOException {
        byte[] bytes = read(name);
        System.arraycopy(with, 0, bytes, offset, with.length);
        write(name, bytes);
    }

    /** The records of a segment, up to the first place that has none. */
    List<Located> records(int segment) {
        try (FileDisk disk = FileDisk.open(directory);
                Disk.File file = disk.open(SegmentFiles.name(segment), false)) {
            SegmentView view = new SegmentView(segment, SegmentFiles.name(segment), file);
            RecordReader reader = new RecordReader();
            List<Located> records = new ArrayList<>();
            int offset = 0;
            while (offset + RecordFormat.sizeOf(0) <= view.size()
                    && reader.read(view, offset) instanceof Slot.Valid record) {
                records.add(new Located(record.type(), record.commits(), offset, record.size(), record.index()));
                offset += record.size();
            }
            return records;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The entry record of an index. */
    Located entry(int segment, long index) {
        return records(segment).stream()
                .filter(record -> record.type() == RecordType.ENTRY && record.index() == index)
                .findFirst()
                .orElseThrow();
    }

    Located last(int segment) {
        List<Located> records = records(segment);
        return records.get(records.size() - 1);
    }

    /** The bytes of a record that is right in itself, wherever it says it is, and ends its batch. */
    static byte[] record(int segment, int offset, int chain, RecordType type, long index, long term, byte[] payload) {
        return record(segment, offset, chain, type, true, index, term, payload);
    }

    /** The same, perhaps with more of its batch to come. */
    static byte[] record(
            int segment,
            int offset,
            int chain,
            RecordType type,
            boolean commits,
            long index,
            long term,
            byte[] payload) {
        RecordBuffer buffer = new RecordBuffer(RecordFormat.sizeOf(payload.length));
        buffer.moveTo(segment, offset, chain);
        buffer.begin(type, 1, index, term, payload.length).put(payload);
        buffer.end();
        if (commits) {
            buffer.commit();
        }
        ByteBuffer drained = buffer.drain();
        byte[] bytes = new byte[drained.remaining()];
        drained.get(bytes);
        return bytes;
    }

    /** The checksum of the record that ends at an offset: what the next one's chain must be. */
    int chainAt(String name, int end) throws IOException {
        return ByteBuffer.wrap(read(name)).getInt(end - Integer.BYTES);
    }
}
