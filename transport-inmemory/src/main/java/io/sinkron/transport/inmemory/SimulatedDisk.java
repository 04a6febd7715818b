package io.sinkron.transport.inmemory;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A directory in memory that fails as real disks fail. Content is durable once its file was forced, a name once the directory was (strict
 * POSIX). {@link #crash} keeps, drops or tears each unforced write on its own, at 512-byte sectors, lets sizes grow without their data, and
 * keeps or drops each unforced change of a name; then the disk can be used by the restarted node. Handles from before a crash are dead.
 *
 * <p>Faults are switched on by the test: errors of the next write or force, a full disk, power that goes off after a number of
 * operations, changed bytes, lost files. Deterministic: the outcome of a crash is a function of the operations and the generator.
 * Not thread-safe.
 */
public final class SimulatedDisk implements Disk {
    private final String name;
    private TreeMap<String, SimulatedFile> names = new TreeMap<>();
    private TreeMap<String, SimulatedFile> durableNames = new TreeMap<>();
    private final List<NameChange> unforcedNames = new ArrayList<>();
    private boolean locked;
    private int starts;
    private long operations;
    private long forces;
    private long operationsLeft = Long.MAX_VALUE;
    private long spaceBytes = Long.MAX_VALUE;
    private boolean failsNextWrite;
    private ForceFailure nextForceFailure;

    /** What becomes of unforced content when a force fails. In either case, a later force reports success and changes nothing. */
    public enum ForceFailure {
        /** It is gone: readers see the old content again. */
        DROPPED,
        /** Readers go on seeing it, until power is lost: the cache holds it as clean. */
        READABLE_BUT_CLEAN
    }

    /** A change of the names, not yet durable: {@code from} goes (if not null), {@code to} (if not null) names the file. */
    private record NameChange(String from, String to, SimulatedFile file) {}

    /**
     * An empty directory.
     *
     * @param name for error messages
     */
    public SimulatedDisk(String name) {
        this.name = name;
    }

    @Override
    public void lock() throws IOException {
        if (locked) {
            throw new IOException("the directory " + name + " is in use by another store");
        }
        locked = true;
    }

    @Override
    public List<String> list() throws IOException {
        requirePower();
        return new ArrayList<>(names.keySet());
    }

    @Override
    public File open(String fileName, boolean create) throws IOException {
        requirePower();
        SimulatedFile file = names.get(fileName);
        if (file == null) {
            if (!create) {
                throw new IOException("no such file: " + path(fileName));
            }
            step();
            file = new SimulatedFile();
            change(new NameChange(null, fileName, file));
        }
        return new Handle(fileName, file, starts);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        step();
        SimulatedFile file = names.get(from);
        if (file == null) {
            throw new IOException("no such file: " + path(from));
        }
        change(new NameChange(from, to, file));
    }

    @Override
    public void delete(String fileName) throws IOException {
        step();
        if (names.containsKey(fileName)) {
            change(new NameChange(fileName, null, null));
        }
    }

    private void change(NameChange change) {
        apply(change, names);
        unforcedNames.add(change);
    }

    private static void apply(NameChange change, Map<String, SimulatedFile> to) {
        if (change.from != null) {
            to.remove(change.from);
        }
        if (change.to != null) {
            to.put(change.to, change.file);
        }
    }

    @Override
    public void forceDirectory() throws IOException {
        step();
        if (nextForceFailure != null) {
            nextForceFailure = null;
            throw new IOException("simulated input/output error on force of the directory " + name);
        }
        forces++;
        durableNames = new TreeMap<>(names);
        unforcedNames.clear();
    }

    @Override
    public String describe() {
        return name;
    }

    /** Frees the lock. */
    @Override
    public void close() {
        locked = false;
    }

    /**
     * Loses power and starts again: what was not forced is kept, dropped or torn as the generator says. All faults that wait are
     * switched off, but a limit of space; the lock is free; handles that are still open are dead.
     */
    public void crash(RandomGenerator random) {
        for (NameChange change : unforcedNames) {
            if (random.nextBoolean()) {
                apply(change, durableNames);
            }
        }
        unforcedNames.clear();
        names = new TreeMap<>(durableNames);
        // A file can have two names here, if only one half of a rename was kept.
        Map<SimulatedFile, Boolean> done = new IdentityHashMap<>();
        for (SimulatedFile file : names.values()) {
            if (done.put(file, true) == null) {
                file.crash(random);
            }
        }
        switchOffFaults();
        locked = false;
        starts++;
    }

    /** The process ends, but the machine goes on: everything written stays readable, and nothing becomes durable by that. */
    public void killProcess() {
        switchOffFaults();
        locked = false;
        starts++;
    }

    private void switchOffFaults() {
        failsNextWrite = false;
        nextForceFailure = null;
        operationsLeft = Long.MAX_VALUE;
    }

    /** The next write of a file fails with an input/output error, having written nothing. */
    public void failNextWrite() {
        failsNextWrite = true;
    }

    /** The next force, of a file or of the directory, fails. */
    public void failNextForce(ForceFailure failure) {
        nextForceFailure = failure;
    }

    /** Writes that would make the files larger than this in sum write what fits and fail. {@link Long#MAX_VALUE} for no limit. */
    public void limitSpace(long bytes) {
        spaceBytes = bytes;
    }

    /** After that many more operations that change something, power is off: everything fails until {@link #crash}. */
    public void losePowerAfter(long moreOperations) {
        operationsLeft = moreOperations;
    }

    /** Flips a bit (0 to 7) of a byte, on the disk itself. */
    public void flipBit(String fileName, int offset, int bit) {
        byte[] content = existing(fileName).durableContent();
        overwrite(fileName, offset, new byte[] {(byte) (content[offset] ^ 1 << bit)});
    }

    /** Changes bytes on the disk itself: a zeroed or stale sector, a misdirected write. */
    public void overwrite(String fileName, int offset, byte[] bytes) {
        existing(fileName).corrupt(offset, bytes);
    }

    /** Makes a file vanish. */
    public void loseFile(String fileName) {
        existing(fileName);
        names.remove(fileName);
        durableNames.remove(fileName);
        unforcedNames.removeIf(change -> fileName.equals(change.to));
    }

    /** All files as a reader sees them now: a copy. */
    public Map<String, byte[]> files() {
        Map<String, byte[]> contents = new TreeMap<>();
        names.forEach((fileName, file) -> contents.put(fileName, file.content()));
        return contents;
    }

    /** All files as they are if power is lost now and nothing unforced is kept: a copy. */
    public Map<String, byte[]> durableFiles() {
        Map<String, byte[]> contents = new TreeMap<>();
        durableNames.forEach((fileName, file) -> contents.put(fileName, file.durableContent()));
        return contents;
    }

    /** How many operations have changed something, or tried to. */
    public long operations() {
        return operations;
    }

    /** How many forces have succeeded. */
    public long forces() {
        return forces;
    }

    /** A disk in the same state, lock aside, that goes its own way. Faults that wait aren't copied, nor a limit of space. */
    public SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk(name);
        Map<SimulatedFile, SimulatedFile> copies = new IdentityHashMap<>();
        names.forEach((key, file) -> copy.names.put(key, copies.computeIfAbsent(file, SimulatedFile::copy)));
        durableNames.forEach(
                (key, file) -> copy.durableNames.put(key, copies.computeIfAbsent(file, SimulatedFile::copy)));
        for (NameChange change : unforcedNames) {
            SimulatedFile file = change.file == null ? null : copies.computeIfAbsent(change.file, SimulatedFile::copy);
            copy.unforcedNames.add(new NameChange(change.from, change.to, file));
        }
        return copy;
    }

    private SimulatedFile existing(String fileName) {
        SimulatedFile file = names.get(fileName);
        if (file == null) {
            throw new IllegalArgumentException("no such file: " + path(fileName));
        }
        return file;
    }

    private String path(String fileName) {
        return name + "/" + fileName;
    }

    private void requirePower() throws IOException {
        if (operationsLeft <= 0) {
            throw new IOException("simulated loss of power of " + name);
        }
    }

    private void step() throws IOException {
        requirePower();
        operations++;
        operationsLeft--;
    }

    private long usedBytes() {
        return names.values().stream().mapToLong(SimulatedFile::size).sum();
    }

    /** An open file. */
    private final class Handle implements File {
        private final String fileName;
        private final SimulatedFile file;
        private final int start;
        private boolean closed;

        Handle(String fileName, SimulatedFile file, int start) {
            this.fileName = fileName;
            this.file = file;
            this.start = start;
        }

        @Override
        public long size() throws IOException {
            requireOpen();
            return file.size();
        }

        @Override
        public int read(long offset, ByteBuffer into) throws IOException {
            requireOpen();
            return file.read(Math.toIntExact(offset), into);
        }

        @Override
        public void write(long offset, ByteBuffer from) throws IOException {
            requireOpen();
            step();
            if (failsNextWrite) {
                failsNextWrite = false;
                throw new IOException("simulated input/output error on write of " + path(fileName));
            }
            int wanted = from.remaining();
            int fits = (int) Math.min(wanted, roomFor(offset, wanted));
            byte[] bytes = new byte[fits];
            from.get(bytes);
            if (fits > 0) {
                file.write(Math.toIntExact(offset), bytes);
            }
            if (fits < wanted) {
                throw new IOException("simulated: no space left on " + path(fileName));
            }
        }

        /** How many bytes can be written at an offset: those that are there already, and as many more as there is space. */
        private long roomFor(long offset, int wanted) {
            if (spaceBytes == Long.MAX_VALUE || offset + wanted <= file.size()) {
                return wanted;
            }
            return Math.max(0, file.size() + spaceBytes - usedBytes() - offset);
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            step();
            if (nextForceFailure != null) {
                boolean stillReadable = nextForceFailure == ForceFailure.READABLE_BUT_CLEAN;
                nextForceFailure = null;
                file.dropUnforced(stillReadable);
                throw new IOException("simulated input/output error on force of " + path(fileName));
            }
            forces++;
            file.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            requireOpen();
            step();
            file.truncate(Math.toIntExact(size));
        }

        @Override
        public void close() {
            closed = true;
        }

        private void requireOpen() throws IOException {
            if (closed || start != starts) {
                throw new IOException("the handle of " + path(fileName) + " was closed, or is from before a crash");
            }
            requirePower();
        }
    }
}
