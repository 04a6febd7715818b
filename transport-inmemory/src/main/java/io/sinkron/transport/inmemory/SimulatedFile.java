package io.sinkron.transport.inmemory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The content of one file, twice: what a reader sees, and what would survive a loss of power; and the writes in between. Costs what the
 * writes cost, never a copy of the file, but at a crash. Not thread-safe.
 */
final class SimulatedFile {
    /** The unit in which a write can be torn. */
    static final int SECTOR_BYTES = 512;

    private Pages cached = new Pages();
    private Pages durable = new Pages();
    private int cachedSize;
    private int durableSize;
    private final List<Change> unforced = new ArrayList<>();
    private final LinkedHashMap<Integer, byte[]> staleSectors = new LinkedHashMap<>();

    /** How many sectors are remembered as they were before a force last changed them. */
    static final int SECTORS_REMEMBERED = 128;

    /** Where a write reaches the disk: so many sectors from where it belongs, or nowhere. */
    record Landing(int sectors, boolean isLost) {
        static final Landing RIGHT = new Landing(0, false);
        static final Landing NOWHERE = new Landing(0, true);
    }

    /** A change that no force has followed yet: bytes at an offset, or with no bytes (null) a new size. */
    private record Change(int offset, byte[] bytes) {}

    int size() {
        return cachedSize;
    }

    int read(int offset, ByteBuffer into) {
        int length = Math.max(0, Math.min(into.remaining(), cachedSize - offset));
        cached.read(offset, into, length);
        return length;
    }

    /** Writes into the cache, and notes what will become durable with the next force. */
    void write(int offset, byte[] bytes, Landing landing) {
        if (landing.equals(Landing.RIGHT)) {
            unforced.add(new Change(offset, bytes));
        } else {
            astray(offset + landing.sectors() * SECTOR_BYTES, landing.isLost() ? new byte[0] : bytes);
        }
        cachedSize = Math.max(cachedSize, offset + bytes.length);
        cached.write(offset, bytes, 0, bytes.length);
    }

    /** What of it falls into the file arrives there, the rest nowhere. */
    private void astray(int offset, byte[] bytes) {
        int from = Math.max(0, -offset);
        int to = Math.min(bytes.length, durableSize - offset);
        if (from < to) {
            unforced.add(new Change(offset + from, Arrays.copyOfRange(bytes, from, to)));
        }
    }

    void truncate(int size) {
        unforced.add(new Change(size, null));
        cached.clear(size, cachedSize);
        cachedSize = size;
    }

    void force() {
        for (Change change : unforced) {
            keep(change);
        }
        unforced.clear();
    }

    /** A force that failed: what was unforced will never be durable, whatever is forced later; it may still be readable. */
    void dropUnforced(boolean stillReadable) {
        unforced.clear();
        if (!stillReadable) {
            revert();
        }
    }

    /** Loses power: each unforced change is kept, dropped or torn. */
    void crash(RandomGenerator random) {
        for (Change change : unforced) {
            switch (random.nextInt(3)) {
                case 0 -> keep(change);
                case 1 -> drop(change, random);
                default -> tear(change, random);
            }
        }
        unforced.clear();
        revert();
    }

    private void keep(Change change) {
        if (change.bytes == null) {
            resizeDurable(change.offset);
        } else {
            rememberSectors(change);
            resizeDurable(Math.max(durableSize, change.offset + change.bytes.length));
            durable.write(change.offset, change.bytes, 0, change.bytes.length);
        }
    }

    /** Keeps the sectors that a change is about to overwrite, as they are, the last changed ones. */
    private void rememberSectors(Change change) {
        int end = Math.min(durableSize, change.offset + change.bytes.length);
        for (int sector = change.offset / SECTOR_BYTES; sector * SECTOR_BYTES < end; sector++) {
            int from = sector * SECTOR_BYTES;
            staleSectors.remove(sector);
            staleSectors.put(sector, durable.read(from, Math.min(durableSize, from + SECTOR_BYTES)));
            if (staleSectors.size() > SECTORS_REMEMBERED) {
                staleSectors.remove(staleSectors.keySet().iterator().next());
            }
        }
    }

    /** The sector as it was before its last durable change, or no bytes if that isn't known. */
    byte[] staleSector(int sector) {
        byte[] stale = staleSectors.getOrDefault(sector, new byte[0]);
        return stale.clone();
    }

    int durableSize() {
        return durableSize;
    }

    /** The content is lost, but the file may have grown for it: the new part reads as zeros. */
    private void drop(Change change, RandomGenerator random) {
        if (change.bytes != null && random.nextBoolean()) {
            resizeDurable(Math.max(durableSize, change.offset + change.bytes.length));
        }
    }

    /** Some sectors of the write arrive: half of the time those before a point, else any. */
    private void tear(Change change, RandomGenerator random) {
        if (change.bytes == null) {
            return;
        }
        int end = change.offset + change.bytes.length;
        resizeDurable(Math.max(durableSize, end));
        boolean isPrefix = random.nextBoolean();
        int sectors = (end - 1) / SECTOR_BYTES - change.offset / SECTOR_BYTES + 1;
        int until = random.nextInt(sectors + 1);
        int sector = 0;
        for (int from = change.offset; from < end; sector++) {
            int to = Math.min(end, (from / SECTOR_BYTES + 1) * SECTOR_BYTES);
            if (isPrefix ? sector < until : random.nextBoolean()) {
                durable.write(from, change.bytes, from - change.offset, to - from);
            }
            from = to;
        }
    }

    /** Changes what is on the platter, and so what is read. */
    void corrupt(int offset, byte[] bytes) {
        if (offset < 0 || offset + bytes.length > Math.min(cachedSize, durableSize)) {
            throw new IllegalArgumentException("bytes " + offset + " to " + (offset + bytes.length)
                    + " of a file whose durable size is " + Math.min(cachedSize, durableSize));
        }
        durable.write(offset, bytes, 0, bytes.length);
        cached.write(offset, bytes, 0, bytes.length);
    }

    byte[] content() {
        return cached.read(0, cachedSize);
    }

    byte[] durableContent() {
        return durable.read(0, durableSize);
    }

    SimulatedFile copy() {
        SimulatedFile copy = new SimulatedFile();
        copy.cached = cached.copy();
        copy.durable = durable.copy();
        copy.cachedSize = cachedSize;
        copy.durableSize = durableSize;
        copy.unforced.addAll(unforced);
        copy.staleSectors.putAll(staleSectors);
        return copy;
    }

    private void revert() {
        cached = durable.copy();
        cachedSize = durableSize;
    }

    private void resizeDurable(int size) {
        durable.clear(size, durableSize);
        durableSize = size;
    }
}
