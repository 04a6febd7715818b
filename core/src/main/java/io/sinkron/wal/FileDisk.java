package io.sinkron.wal;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A real directory, through {@link FileChannel}s (never mapped: an I/O error on a mapped page kills the JVM instead of being reported).
 * Every error names its path. Two owners are told apart by a lock on the file {@value #LOCK_NAME}, and within one process, where
 * such locks are none, by a table of the directories in use.
 *
 * <p>A directory is forced by opening it read-only and forcing that, as POSIX systems allow. On Windows that isn't possible, and the
 * file system's own journal orders the names.
 */
public final class FileDisk implements Disk {
    private static final String LOCK_NAME = "lock";
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();
    private static final boolean FORCES_DIRECTORIES =
            !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    private final Path directory;
    private FileChannel lockChannel;

    private FileDisk(Path directory) {
        this.directory = directory;
    }

    /**
     * A directory, made with its parents if it isn't there; a made one is durable on return. Takes no lock yet.
     *
     * @throws IOException if it cannot be made, or is no directory
     */
    public static FileDisk open(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path existing = absolute;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            Files.createDirectories(absolute);
            for (Path made = absolute; !made.equals(existing) && made.getParent() != null; made = made.getParent()) {
                force(made.getParent());
            }
            return new FileDisk(absolute.toRealPath());
        } catch (IOException e) {
            throw new IOException("cannot make or open the directory " + absolute + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void lock() throws IOException {
        if (lockChannel != null || !IN_USE.add(directory)) {
            throw new DirectoryInUseException(
                    "the directory " + directory + " is in use by another store of this process");
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(directory.resolve(LOCK_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock held = channel.tryLock();
            if (held == null) {
                throw new DirectoryInUseException("the directory " + directory + " is in use by another process");
            }
            lockChannel = channel;
        } catch (OverlappingFileLockException e) {
            throw new DirectoryInUseException(
                    "the directory " + directory + " is in use by another store of this process", e);
        } finally {
            if (lockChannel == null) {
                IN_USE.remove(directory);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
            for (Path path : paths) {
                String name = String.valueOf(path.getFileName());
                if (!name.equals(LOCK_NAME) && Files.isRegularFile(path)) {
                    names.add(name);
                }
            }
        }
        names.sort(null);
        return names;
    }

    @Override
    public File open(String name, boolean create) throws IOException {
        Path path = resolve(name);
        try {
            return new ChannelFile(
                    path,
                    create
                            ? FileChannel.open(
                                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                            : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new IOException("cannot open " + path + ": " + e, e);
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Path source = resolve(from);
        try {
            Files.move(source, resolve(to), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IOException("cannot rename " + source + " to " + to + ": " + e, e);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Path path = resolve(name);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new IOException("cannot delete " + path + ": " + e, e);
        }
    }

    @Override
    public void forceDirectory() throws IOException {
        force(directory);
    }

    private static void force(Path directory) throws IOException {
        if (!FORCES_DIRECTORIES) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new IOException("cannot force the directory " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String describe() {
        return directory.toString();
    }

    @Override
    public synchronized void close() throws IOException {
        if (lockChannel != null) {
            try {
                lockChannel.close();
            } finally {
                lockChannel = null;
                IN_USE.remove(directory);
            }
        }
    }

    private Path resolve(String name) {
        Path path = directory.resolve(name);
        if (!directory.equals(path.getParent())) {
            throw new IllegalArgumentException("'" + name + "' isn't the name of a file in " + directory);
        }
        return path;
    }

    /** A file over its channel. */
    private static final class ChannelFile implements File {
        private final Path path;
        private final FileChannel channel;

        ChannelFile(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(long offset, ByteBuffer into) throws IOException {
            int total = 0;
            try {
                while (into.hasRemaining()) {
                    int read = channel.read(into, offset + total);
                    if (read < 0) {
                        break;
                    }
                    total += read;
                }
                return total;
            } catch (IOException e) {
                throw failed("read", offset + total, e);
            }
        }

        @Override
        public void write(long offset, ByteBuffer from) throws IOException {
            long at = offset;
            try {
                while (from.hasRemaining()) {
                    at += channel.write(from, at);
                }
            } catch (IOException e) {
                throw failed("write", at, e);
            }
        }

        @Override
        public void force() throws IOException {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw new IOException("cannot force " + path + ": " + e, e);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            try {
                long current = channel.size();
                if (size < current) {
                    channel.truncate(size);
                } else if (size > current) {
                    channel.write(ByteBuffer.allocate(1), size - 1);
                }
            } catch (IOException e) {
                throw failed("resize", size, e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        private IOException failed(String what, long offset, IOException cause) {
            return new IOException("cannot " + what + " " + path + " at offset " + offset + ": " + cause, cause);
        }
    }
}
