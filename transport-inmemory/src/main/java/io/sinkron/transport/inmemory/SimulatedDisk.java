package io.sinkron.transport.inmemory;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A directory in memory that fails as real disks fail. Content is durable once its file was forced, a name once the directory was (strict
 * POSIX). {@link #crash} keeps, drops or tears each unforced write on its own, at 512-byte sectors, lets sizes grow without their data, and
 * keeps or drops each unforced change of a name; then the disk can be used by the restarted node. Handles from before a crash are dead.
 *
 * <p>Faults are switched on by the test, of three kinds. Those that the caller is told: errors of the next read, write, force or change of a
 * name, a full disk, power that goes off. Those that nobody is told, while it runs: a write that is lost or lands elsewhere, and is
 * reported as done. And those at rest: flipped bits, zeroed or stale sectors, lost files. Deterministic: the outcome of a crash is a
 * function of the operations and the generator. Not thread-safe.
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
    private final DiskFaults faults = new DiskFaults();

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
            faults.requireNameChange(step(), path(fileName));
            file = new SimulatedFile();
            change(new NameChange(null, fileName, file));
        }
        return new Handle(fileName, file, starts);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        DiskFaults.Verdict verdict = step();
        SimulatedFile file = names.get(from);
        if (file == null) {
            throw new IOException("no such file: " + path(from));
        }
        faults.requireNameChange(verdict, path(from));
        change(new NameChange(from, to, file));
    }

    @Override
    public void delete(String fileName) throws IOException {
        faults.requireNameChange(step(), path(fileName));
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
        if (faults.takeForceFailure(step()).isPresent()) {
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
        faults.switchOff();
        locked = false;
        starts++;
    }

    /** The process ends, but the machine goes on: everything written stays readable, and nothing becomes durable by that. */
    public void killProcess() {
        faults.switchOff();
        locked = false;
        starts++;
    }

    /** The next write of a file fails with an input/output error, having written nothing. */
    public void failNextWrite() {
        faults.failNextWrite();
    }

    /** The next read of a file fails with an input/output error. */
    public void failNextRead() {
        faults.failNextRead();
    }

    /** The next creation, renaming or deletion of a file fails and isn't done. */
    public void failNextNameChange() {
        faults.failNextNameChange();
    }

    /**
     * The next force, of a file or of the directory, fails. Of a file, what was unforced will never be durable: the kernel has dropped those
     * pages, or holds them as clean, and the forces after it report success and mean nothing.
     */
    public void failNextForce(ForceFailure failure) {
        faults.failNextForce(
                failure == ForceFailure.DROPPED ? DiskFaults.ForceFate.DROPPED : DiskFaults.ForceFate.READABLE);
    }

    /**
     * After that many more operations that change something, one fails, whatever it is: a write when it's half done (a short write, of whole sectors), a force
     * with its pages dropped, the change of a name undone. The ones behind it succeed again.
     */
    public void failAfter(long moreOperations) {
        faults.failAfter(moreOperations);
    }

    /** Writes that would make the files larger than this in sum write what fits and fail. {@link Long#MAX_VALUE} for no limit. */
    public void limitSpace(long bytes) {
        faults.limitSpace(bytes);
    }

    /** After that many more operations that change something, power is off: everything fails until {@link #crash}. */
    public void losePowerAfter(long moreOperations) {
        faults.losePowerAfter(moreOperations);
    }

    /** The next write of a file is reported as done and read back from the cache, is forced as if it were, and never reaches the disk. */
    public void loseNextWrite() {
        faults.nextWriteLands(SimulatedFile.Landing.NOWHERE);
    }

    /**
     * The next write of a file reaches the disk elsewhere in that file, so many sectors of 512 bytes further on (or back, if negative); where
     * there is no file, nothing of it does. Reported, cached and forced as if all were well: seen after a crash.
     */
    public void misdirectNextWrite(int sectors) {
        faults.nextWriteLands(new SimulatedFile.Landing(sectors, false));
    }

    /** Makes the 512-byte sector with that offset in it read as zeros, on the disk itself. */
    public void zeroSector(String fileName, int offset) {
        int from = offset / SimulatedFile.SECTOR_BYTES * SimulatedFile.SECTOR_BYTES;
        int to = Math.min(from + SimulatedFile.SECTOR_BYTES, existing(fileName).durableSize());
        overwrite(fileName, from, new byte[Math.max(0, to - from)]);
    }

    /**
     * Makes the 512-byte sector with that offset in it read as it did before the last force that changed it: a write that the disk reported
     * and lost. The last {@value SimulatedFile#SECTORS_REMEMBERED} changed sectors of a file are remembered.
     *
     * @return whether an older content was known; if not, nothing was changed
     */
    public boolean restoreStaleSector(String fileName, int offset) {
        SimulatedFile file = existing(fileName);
        byte[] stale = file.staleSector(offset / SimulatedFile.SECTOR_BYTES);
        if (stale.length == 0) {
            return false;
        }
        overwrite(fileName, offset / SimulatedFile.SECTOR_BYTES * SimulatedFile.SECTOR_BYTES, stale);
        return true;
    }

    /**
     * As if the last write of one sector had gone to another place, be it in another file: that place has its content, the sector has its
     * old one (zeros, if that isn't remembered).
     */
    public void misdirectSector(String fileName, int offset, String toFileName, int toOffset) {
        int from = offset / SimulatedFile.SECTOR_BYTES * SimulatedFile.SECTOR_BYTES;
        byte[] durable = existing(fileName).durableContent();
        byte[] sector = Arrays.copyOfRange(durable, from, Math.min(durable.length, from + SimulatedFile.SECTOR_BYTES));
        if (!restoreStaleSector(fileName, offset)) {
            zeroSector(fileName, offset);
        }
        overwrite(toFileName, toOffset / SimulatedFile.SECTOR_BYTES * SimulatedFile.SECTOR_BYTES, sector);
    }

    /** Flips a bit (0 to 7) of a byte, on the disk itself. */
    public void flipBit(String fileName, int offset, int bit) {
        byte[] content = existing(fileName).durableContent();
        overwrite(fileName, offset, new byte[] {(byte) (content[offset] ^ 1 << bit)});
    }

    /** Changes bytes on the disk itself, whatever they mean. */
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
        if (faults.isPowerOff()) {
            throw new IOException("simulated loss of power of " + name);
        }
    }

    private DiskFaults.Verdict step() throws IOException {
        requirePower();
        operations++;
        return faults.step();
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
            faults.requireRead(path(fileName));
            return file.read(Math.toIntExact(offset), into);
        }

        @Override
        public void write(long offset, ByteBuffer from) throws IOException {
            requireOpen();
            DiskFaults.Verdict verdict = step();
            if (faults.takeWriteFailure()) {
                throw new IOException("simulated input/output error on write of " + path(fileName));
            }
            int wanted = from.remaining();
            int whole = verdict == DiskFaults.Verdict.FAIL ? halfBytes(offset, wanted) : wanted;
            int fits = (int) Math.min(whole, room(offset, wanted));
            byte[] bytes = new byte[fits];
            from.get(bytes);
            if (fits > 0) {
                file.write(Math.toIntExact(offset), bytes, faults.takeLanding());
            }
            if (verdict == DiskFaults.Verdict.FAIL) {
                throw new IOException("simulated input/output error after " + fits + " of " + wanted
                        + " bytes on write of " + path(fileName));
            }
            if (fits < wanted) {
                throw new IOException("simulated: no space left on " + path(fileName));
            }
        }

        /** The first half, up to a border of sectors, as a page cache that takes a write page by page leaves it. */
        private int halfBytes(long offset, int wanted) {
            long middle = (offset + wanted / 2) / SimulatedFile.SECTOR_BYTES * SimulatedFile.SECTOR_BYTES;
            return (int) Math.max(0, middle - offset);
        }

        /** How many bytes can be written at an offset: those that are there already, and as many more as there is space. */
        private long room(long offset, int wanted) {
            long growth = Math.max(0, offset + wanted - file.size());
            long granted = Math.min(growth, growth == 0 ? 0 : faults.roomBytes(usedBytes()));
            return Math.max(0, wanted - growth + granted);
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            Optional<DiskFaults.ForceFate> failure = faults.takeForceFailure(step());
            if (failure.isPresent()) {
                file.dropUnforced(failure.get() == DiskFaults.ForceFate.READABLE);
                throw new IOException("simulated input/output error on force of " + path(fileName));
            }
            forces++;
            file.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            requireOpen();
            if (step() == DiskFaults.Verdict.FAIL) {
                throw new IOException("simulated input/output error on resize of " + path(fileName));
            }
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
