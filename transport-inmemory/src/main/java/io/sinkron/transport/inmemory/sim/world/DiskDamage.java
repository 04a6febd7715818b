package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.transport.inmemory.SimulatedDisk;
import io.sinkron.wal.DamagedLogException;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Changes durable bytes of a log at rest, as worn disks and their firmware do: a flipped bit, a sector of zeros, a write that was reported and
 * lost, one that went elsewhere, a lost file. Whatever it is, the log must name it or hold all that it held. Stateless.
 *
 * <p>Each damage is tried on a copy first, because of the one that no log can tell from a tear (docs/wal.md, "What cannot be told apart"):
 * zeros over the last acknowledged write. That one is passed over.
 */
final class DiskDamage {
    /** What becomes of a log that was damaged. */
    enum Outcome {
        /** It refuses to open and says where. */
        NAMED,
        /** It opens with all that it held. */
        HARMLESS,
        /** It would open without its last acknowledged writes: not done. */
        LIKE_A_TEAR,
        /** There was nothing to damage. */
        NOTHING
    }

    private DiskDamage() {}

    /** Damages a disk on which no store is open and nothing is unforced. */
    static Outcome apply(SimulatedDisk disk, FileLogOptions options, SeededRandom random) {
        LogStore.Recovered whole;
        SimulatedDisk trial = disk.copy();
        boolean mayLookLikeATear;
        try {
            whole = open(disk.copy(), options);
            mayLookLikeATear = harm(trial, random.split("harm"));
        } catch (IOException e) {
            throw new Violation("R8 what was durable can be read again", disk.describe() + " before it is damaged", e);
        }
        try {
            LogStore.Recovered found = open(trial, options);
            if (!sameAs(whole, found)) {
                if (mayLookLikeATear && isShorter(whole, found)) {
                    return Outcome.LIKE_A_TEAR;
                }
                throw new Violation(
                        "R8 damage is named, or nothing is missing",
                        disk.describe() + " opens with " + summary(found) + " instead of " + summary(whole));
            }
            return Outcome.HARMLESS;
        } catch (DamagedLogException e) {
            harm(disk, random.split("harm"));
            return Outcome.NAMED;
        } catch (IOException e) {
            throw new Violation("R8 damage is named", disk.describe() + " fails otherwise", e);
        }
    }

    private static LogStore.Recovered open(SimulatedDisk disk, FileLogOptions options) throws IOException {
        try (FileLogStore store = new FileLogStore(disk, options)) {
            return store.recover();
        }
    }

    /** The tail before the snapshot is kept for slow followers only, and may go with its file. */
    private static boolean sameAs(LogStore.Recovered whole, LogStore.Recovered found) {
        long from = Math.max(firstIndex(whole), firstIndex(found));
        return whole.hardState().equals(found.hardState())
                && lastIndex(whole) == lastIndex(found)
                && snapshotIndex(found) <= snapshotIndex(whole)
                && firstIndex(found) <= snapshotIndex(found) + 1
                && behind(whole, from).equals(behind(found, from));
    }

    /** A batch that is lost may have removed more entries than it brought; then its last one is missing. */
    private static boolean isShorter(LogStore.Recovered whole, LogStore.Recovered found) {
        int entries = whole.entries().size();
        List<LogEntry> last = whole.entries().subList(Math.max(0, entries - 1), entries);
        return found.hardState().term() <= whole.hardState().term()
                && (lastIndex(found) <= lastIndex(whole) || !found.entries().containsAll(last))
                && snapshotIndex(found) <= snapshotIndex(whole);
    }

    private static List<?> behind(LogStore.Recovered recovered, long from) {
        return recovered.entries().stream()
                .filter(entry -> entry.index() >= from)
                .toList();
    }

    private static long snapshotIndex(LogStore.Recovered recovered) {
        return recovered.snapshot().map(snapshot -> snapshot.index()).orElse(0L);
    }

    private static long firstIndex(LogStore.Recovered recovered) {
        return recovered.entries().isEmpty()
                ? snapshotIndex(recovered) + 1
                : recovered.entries().get(0).index();
    }

    private static long lastIndex(LogStore.Recovered recovered) {
        int size = recovered.entries().size();
        return size == 0
                ? snapshotIndex(recovered)
                : recovered.entries().get(size - 1).index();
    }

    private static String summary(LogStore.Recovered recovered) {
        return recovered.hardState() + ", snapshot " + snapshotIndex(recovered) + ", entries " + firstIndex(recovered)
                + " to " + lastIndex(recovered);
    }

    /** Does it; the same generator does the same. Returns whether zeros or old content may look like a write cut short. */
    private static boolean harm(SimulatedDisk disk, SeededRandom random) {
        List<String> names = new ArrayList<>();
        Map<String, byte[]> files = disk.durableFiles();
        files.forEach((name, content) -> {
            if (used(content) > 0) {
                names.add(name);
            }
        });
        String name = names.get(random.nextInt(names.size()));
        int used = used(files.get(name));
        int offset = random.nextInt(used);
        int kind = random.nextInt(names.size() > 1 ? 5 : 4);
        switch (kind) {
            case 0 -> disk.flipBit(name, offset, random.nextInt(8));
            case 1 -> disk.zeroSector(name, offset);
            case 2 -> {
                if (!disk.restoreStaleSector(name, offset)) {
                    disk.flipBit(name, offset, random.nextInt(8));
                }
            }
            case 3 -> {
                String other = names.get(random.nextInt(names.size()));
                int whole = files.get(other).length - 512;
                if (whole > 0) {
                    disk.misdirectSector(name, offset, other, random.nextInt(whole));
                } else {
                    disk.zeroSector(name, offset);
                }
            }
            default -> disk.loseFile(name);
        }
        return kind != 0;
    }

    private static int used(byte[] content) {
        int used = content.length;
        while (used > 0 && content[used - 1] == 0) {
            used--;
        }
        return used;
    }
}
