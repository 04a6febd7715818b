package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.HardState;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds what of a damaged log can still be shown: the newest snapshot that is right, and whole batches of right records, each following on the one
 * before, from the log's beginning or from a segment that the snapshot reaches, up to the first place where they end. Nothing behind that place is used,
 * right or not, and nothing is put in the place of what is missing. Changes no file. Not thread-safe.
 */
final class LogSalvage {
    private final Disk disk;
    private final List<String> names;
    private final RecordReader reader = new RecordReader();

    LogSalvage(Disk disk, List<String> names) {
        this.disk = disk;
        this.names = names;
    }

    /**
     * What can be kept.
     *
     * @param log as recovery would have read it if it ended there, with an end that is clean; its state has a term that isn't below that of
     *     its last entry and snapshot
     * @param cutSegment the segment that is cut, 0 for none: the log ends at a seal, or nothing of it is kept
     * @param setAside files that a start must not find: segments that aren't kept, snapshots that are damaged
     */
    record Kept(RecoveredLog log, int cutSegment, List<String> setAside) {}

    /** Reads the directory. */
    Kept find() throws IOException {
        SnapshotFiles.Loaded snapshots = new SnapshotFiles(disk).load(names);
        Optional<StoredSnapshot> snapshot = snapshots.snapshot();
        List<String> setAside = new ArrayList<>(damagedSnapshots(snapshot));
        Optional<Reading> best = furthest(snapshot.map(StoredSnapshot::index).orElse(0L));
        for (int number : SegmentFiles.numbers(names)) {
            if (best.isEmpty() || !best.get().uses(number)) {
                setAside.add(SegmentFiles.name(number));
            }
        }
        RecoveredLog log = best.isPresent() ? log(best.get(), snapshot) : nothing(snapshot);
        raiseTerm(log);
        return new Kept(log, log.end().exists() ? log.end().segment() : 0, setAside);
    }

    /** Right records from a first segment on to a place in a last one; offset 0 there if it isn't needed. */
    private record Reading(LogScan scan, int firstSegment, int lastSegment, int cutAt, int lastBytes) {
        long end() {
            return RecordFormat.place(lastSegment, cutAt);
        }

        boolean uses(int segment) {
            return segment >= firstSegment && (segment < lastSegment || segment == lastSegment && cutAt > 0);
        }
    }

    /** Of all places where the log may begin, given what a snapshot covers, the one from where it can be read furthest. */
    private Optional<Reading> furthest(long covered) throws IOException {
        Optional<Reading> best = Optional.empty();
        for (List<Integer> run : SegmentFiles.runs(SegmentFiles.numbers(names))) {
            int from = 0;
            while (from < run.size()) {
                Reading reading = read(run.subList(from, run.size()));
                LogScan scan = reading.scan;
                boolean isReached =
                        scan.hasBegun() && scan.replay().state().terms().first() <= covered + 1;
                if (isReached && (best.isEmpty() || reading.end() > best.get().end())) {
                    best = Optional.of(reading);
                }
                // A beginning between here and where this one stopped would stop there too.
                from = reading.lastSegment - run.get(0) + 1;
            }
        }
        return best;
    }

    private Reading read(List<Integer> run) throws IOException {
        LogScan scan = new LogScan(reader);
        for (int number : run) {
            String name = SegmentFiles.name(number);
            try (Disk.File file = disk.open(name, false)) {
                SegmentView view = new SegmentView(number, name, file);
                requireFormat(view);
                LogScan.Stop stop = scan.read(view);
                if (!stop.isSealed()) {
                    long place = RecordFormat.place(number, stop.committed());
                    LogScan whole = scan.isWithinBatch()
                            ? LogScan.upTo(disk, reader, run.subList(0, number - run.get(0) + 1), place)
                            : scan;
                    return new Reading(whole, run.get(0), number, stop.committed(), view.size());
                }
            }
        }
        return new Reading(scan, run.get(0), run.get(run.size() - 1) + 1, 0, 0);
    }

    /** A log of another release is no damaged log. */
    private void requireFormat(SegmentView view) throws IOException {
        if (reader.read(view, 0) instanceof Slot.Valid head
                && head.type() == RecordType.SEGMENT
                && head.payload().remaining() == RecordFormat.SEGMENT_PAYLOAD_BYTES
                && head.payload().getInt(Long.BYTES) != RecordFormat.FORMAT_VERSION) {
            throw new IOException(disk.describe() + "/" + view.name() + " has format version "
                    + head.payload().getInt(Long.BYTES) + ", this release knows " + RecordFormat.FORMAT_VERSION
                    + ": it isn't for this release to repair");
        }
    }

    private RecoveredLog log(Reading reading, Optional<StoredSnapshot> snapshot) {
        Replay replay = reading.scan.replay();
        boolean isCut = reading.cutAt > 0;
        RecoveredLog.End end = new RecoveredLog.End(
                reading.lastSegment, isCut, reading.cutAt, reading.scan.chain(), isCut ? reading.lastBytes : 0, false);
        TermRuns terms = replay.state().terms();
        boolean isResetDue = snapshot.isPresent()
                && snapshot.get().index() + 1 != terms.first()
                && !terms.holds(snapshot.get().index(), snapshot.get().term());
        return new RecoveredLog(
                replay.state(),
                replay.entries(),
                snapshot,
                isResetDue,
                end,
                replay.provenTo(),
                TemporaryFiles.among(names),
                Optional.empty());
    }

    /** No record can be used: the log begins anew behind the snapshot. */
    private RecoveredLog nothing(Optional<StoredSnapshot> snapshot) {
        List<Integer> numbers = SegmentFiles.numbers(names);
        int next = numbers.isEmpty() ? 1 : numbers.get(numbers.size() - 1) + 1;
        LogState state = new LogState();
        snapshot.ifPresent(newest -> state.reset(newest.index()));
        RecoveredLog.End end = new RecoveredLog.End(next, false, 0, 0, 0, false);
        long provenTo = RecordFormat.place(next, 0);
        return new RecoveredLog(
                state, List.of(), snapshot, false, end, provenTo, TemporaryFiles.among(names), Optional.empty());
    }

    /** Who has an entry or a snapshot of a term has been in that term, even if the record that said so is lost. */
    private static void raiseTerm(RecoveredLog log) {
        HardState read = log.state().hardState();
        int last = log.entries().size() - 1;
        long entryTerm = last >= 0 ? log.entries().get(last).term() : 0;
        long term = Math.max(entryTerm, log.snapshot().map(StoredSnapshot::term).orElse(0L));
        if (term > read.term()) {
            log.state().voted(new HardState(term, Optional.empty(), read.identity()));
        }
    }

    private List<String> damagedSnapshots(Optional<StoredSnapshot> newestRight) {
        String newest = newestRight
                .map(snapshot -> SnapshotFiles.name(snapshot.index()))
                .orElse("");
        return SnapshotFiles.among(names).stream()
                .filter(name -> name.compareTo(newest) > 0)
                .toList();
    }
}
