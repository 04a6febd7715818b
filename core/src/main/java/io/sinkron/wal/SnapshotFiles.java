package io.sinkron.wal;

import io.sinkron.common.Bytes;
import io.sinkron.spi.Disk;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Snapshot files: written under a temporary name, forced, renamed, directory forced, so that under the final name there is never half a
 * snapshot. The name has the index, so that names sort as snapshots do. Layout, big-endian: magic (8), version (4), config length
 * (4), state length (4), CRC32C of the whole file with zeros here (4), index (8), term (8), stamp (8), config, state.
 *
 * <p>Has no state: different files may be worked on by different threads.
 */
final class SnapshotFiles {
    private static final String PREFIX = "snapshot-";
    private static final String SUFFIX = ".snap";
    private static final int HEADER_BYTES = 48;
    private static final int CRC_AT = 20;
    private static final long MAGIC = 0x53_49_4e_4b_53_4e_50_31L; // "SINKSNP1"
    private static final int VERSION = 1;

    /** How much is handed to the disk at once: an NIO channel copies what it is given, so large states go in pieces. */
    private static final int PIECE_BYTES = 1 << 20;

    private final Disk disk;

    SnapshotFiles(Disk disk) {
        this.disk = disk;
    }

    /** The newest snapshot that can be read, and the damage of the newest one if that is another. */
    record Loaded(Optional<StoredSnapshot> snapshot, Optional<DamagedLogException> damage) {}

    /** The names of all snapshots among file names, oldest first. */
    static List<String> among(List<String> names) {
        return names.stream()
                .filter(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX))
                .sorted()
                .toList();
    }

    /** The file name of the snapshot at an index. */
    static String name(long index) {
        return PREFIX + String.format(Locale.ROOT, "%020d", index) + SUFFIX;
    }

    /** Reads the newest one that is whole. */
    Loaded load(List<String> names) throws IOException {
        List<String> oldestFirst = among(names);
        Optional<DamagedLogException> damage = Optional.empty();
        for (int i = oldestFirst.size() - 1; i >= 0; i--) {
            try {
                return new Loaded(Optional.of(read(oldestFirst.get(i))), damage);
            } catch (DamagedLogException e) {
                if (damage.isEmpty()) {
                    damage = Optional.of(e);
                }
            }
        }
        return new Loaded(Optional.empty(), damage);
    }

    /** Makes a snapshot durable. */
    void write(StoredSnapshot snapshot) throws IOException {
        String temporary = name(snapshot.index()) + TemporaryFiles.SUFFIX;
        writeDurably(temporary, snapshot);
        publish(temporary, snapshot.index());
    }

    /** Makes a file that isn't there yet, with a snapshot as its durable content. The name is not durable. */
    void writeDurably(String temporary, StoredSnapshot snapshot) throws IOException {
        byte[] config = snapshot.config().array();
        byte[] state = snapshot.state().array();
        ByteBuffer header = header(snapshot);
        header.putInt(CRC_AT, checksum(header, config, state));
        try (Disk.File file = disk.open(temporary, true)) {
            file.write(0, header);
            writePieces(file, HEADER_BYTES, config);
            writePieces(file, HEADER_BYTES + (long) config.length, state);
            file.force();
        }
    }

    /** Gives a file of durable content the name of the snapshot at an index, durably. */
    void publish(String temporary, long index) throws IOException {
        disk.rename(temporary, name(index));
        disk.forceDirectory();
    }

    private static ByteBuffer header(StoredSnapshot snapshot) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(snapshot.config().size())
                .putInt(snapshot.state().size())
                .putInt(0)
                .putLong(snapshot.index())
                .putLong(snapshot.term())
                .putLong(snapshot.stampMillis())
                .flip();
    }

    private static int checksum(ByteBuffer header, byte[] config, byte[] state) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate());
        crc.update(config);
        crc.update(state);
        return (int) crc.getValue();
    }

    private static void writePieces(Disk.File file, long offset, byte[] bytes) throws IOException {
        for (int done = 0; done < bytes.length; done += PIECE_BYTES) {
            int piece = Math.min(PIECE_BYTES, bytes.length - done);
            file.write(offset + done, ByteBuffer.wrap(bytes, done, piece));
        }
    }

    /** Reads one. */
    StoredSnapshot read(String name) throws IOException {
        try (Disk.File file = disk.open(name, false)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            if (file.read(0, header) < HEADER_BYTES) {
                throw damaged(name, file.size(), "a snapshot's header is " + HEADER_BYTES + " bytes");
            }
            header.flip();
            if (header.getLong() != MAGIC) {
                throw damaged(name, 0, "this isn't the start of a snapshot");
            }
            int version = header.getInt();
            int configBytes = header.getInt();
            int stateBytes = header.getInt();
            long expected = HEADER_BYTES + (long) configBytes + stateBytes;
            // Checked before anything is allocated: a damaged length must not ask for gigabytes.
            if (version != VERSION || configBytes < 0 || stateBytes < 0 || file.size() != expected) {
                throw damaged(
                        name,
                        Long.BYTES,
                        "version " + version + " and a length of " + expected + " bytes, expected were version "
                                + VERSION + " and " + file.size());
            }
            return decode(name, file, header, configBytes, stateBytes);
        }
    }

    private StoredSnapshot decode(String name, Disk.File file, ByteBuffer header, int configBytes, int stateBytes)
            throws IOException {
        int recorded = header.getInt();
        long index = header.getLong();
        long term = header.getLong();
        long stamp = header.getLong();
        byte[] config = readPieces(file, HEADER_BYTES, configBytes);
        byte[] state = readPieces(file, HEADER_BYTES + (long) configBytes, stateBytes);
        header.putInt(CRC_AT, 0).rewind();
        if (checksum(header, config, state) != recorded) {
            throw damaged(name, 0, "wrong checksum of a snapshot of " + file.size() + " bytes");
        }
        if (!name.equals(name(index))) {
            throw damaged(name, 0, "it is the snapshot at index " + index);
        }
        return new StoredSnapshot(index, term, stamp, Bytes.wrap(config), Bytes.wrap(state));
    }

    private static byte[] readPieces(Disk.File file, long offset, int size) throws IOException {
        byte[] bytes = new byte[size];
        for (int done = 0; done < size; done += PIECE_BYTES) {
            ByteBuffer piece = ByteBuffer.wrap(bytes, done, Math.min(PIECE_BYTES, size - done));
            int wanted = piece.remaining();
            int read = file.read(offset + done, piece);
            if (read < wanted) {
                throw new IOException("snapshot ended at " + (offset + done + read) + " while it was read");
            }
        }
        return bytes;
    }

    private DamagedLogException damaged(String name, long offset, String reason) {
        return new DamagedLogException(disk.describe(), name, offset, reason);
    }
}
