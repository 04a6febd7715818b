package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the log of a node that doesn't run, and reports all that is wrong with it. Changes no file. The verdict on whether a node would
 * start is that of the recovery itself, which stops at the first damage; what lies behind it is read too, so that one can tell a flipped bit
 * from a dead disk. Stateless; what is read is held in memory once, as at a start.
 */
public final class LogInspector {
    /** For reading, the size of segments that are not there doesn't matter. */
    private static final int ANY_SEGMENT_BYTES = FileLogOptions.DEFAULT.segmentBytes();

    private LogInspector() {}

    /**
     * Inspects a directory; takes its lock meanwhile, and closes it.
     *
     * @throws IOException if the directory is in use, or a file cannot be read
     */
    public static LogReport inspect(Disk disk) throws IOException {
        disk.lock();
        try (disk) {
            return inspectLocked(disk);
        }
    }

    /** Whether there is any file of a log in the directory; takes no lock. A blank one is no log, and not a damaged one either. */
    public static boolean isLog(Disk disk) throws IOException {
        List<String> names = disk.list();
        return !SegmentFiles.numbers(names).isEmpty()
                || !SnapshotFiles.among(names).isEmpty()
                || names.contains(LogRepairMark.NAME);
    }

    /** The same on a directory that the caller has locked. */
    static LogReport inspectLocked(Disk disk) throws IOException {
        return new Inspection(disk).report();
    }

    /** One inspection. */
    private static final class Inspection {
        private final Disk disk;
        private final List<String> names;
        /** By place: a later finding about the same place adds nothing. */
        private final Map<String, LogReport.Damage> damages = new LinkedHashMap<>();

        private final List<LogReport.Segment> segments = new ArrayList<>();
        private final List<LogReport.Snapshot> snapshots = new ArrayList<>();
        private long seenIncarnation;
        private long seenIndex;

        Inspection(Disk disk) throws IOException {
            this.disk = disk;
            this.names = disk.list();
        }

        LogReport report() throws IOException {
            Optional<RecoveredLog> log = recovered();
            log.flatMap(RecoveredLog::passedOver).ifPresent(this::add);
            List<LogReport.Damage> behind = walkSegments();
            if (log.isEmpty()) {
                // If a start goes on, what else is found is the torn tail, or files that no longer matter.
                behind.forEach(this::add);
            }
            readSnapshots();
            return new LogReport(
                    disk.describe(),
                    segments,
                    snapshots,
                    new ArrayList<>(damages.values()),
                    log.flatMap(Inspection::tornTail),
                    log.map(Inspection::content),
                    new LogReport.Seen(seenIncarnation, seenIndex));
        }

        private Optional<RecoveredLog> recovered() throws IOException {
            try {
                SegmentFiles files = new SegmentFiles(disk, ANY_SEGMENT_BYTES);
                return Optional.of(new LogRecovery(disk, files, ANY_SEGMENT_BYTES).read());
            } catch (DamagedLogException damage) {
                add(damage);
                return Optional.empty();
            }
        }

        private void add(DamagedLogException damage) {
            add(new LogReport.Damage(damage.file(), damage.offset(), damage.reason()));
        }

        private void add(LogReport.Damage damage) {
            damages.putIfAbsent(damage.file() + " " + damage.offset(), damage);
        }

        /** From the newest to the oldest, for a right record in one proves that all before were durable. */
        private List<LogReport.Damage> walkSegments() throws IOException {
            List<Integer> numbers = SegmentFiles.numbers(names);
            List<LogReport.Damage> found = new ArrayList<>();
            boolean isProven = false;
            for (int i = numbers.size() - 1; i >= 0; i--) {
                String name = SegmentFiles.name(numbers.get(i));
                try (Disk.File file = disk.open(name, false)) {
                    SegmentView view = new SegmentView(numbers.get(i), name, file);
                    SegmentWalk walk = new SegmentWalk(new RecordReader());
                    walk.walk(view);
                    segments.add(0, walk.report(view));
                    found.addAll(0, walk.damages(view, isProven));
                    isProven |= walk.hasRecords();
                    seenIncarnation = Math.max(seenIncarnation, walk.incarnation());
                    seenIndex = Math.max(seenIndex, walk.lastIndex());
                }
            }
            return found;
        }

        /** From the newest to the oldest: the first right one makes the older ones leftovers, damaged or not. */
        private void readSnapshots() throws IOException {
            SnapshotFiles files = new SnapshotFiles(disk);
            List<String> oldestFirst = SnapshotFiles.among(names);
            boolean isFound = false;
            for (int i = oldestFirst.size() - 1; i >= 0; i--) {
                String name = oldestFirst.get(i);
                long index = 0;
                long term = 0;
                try {
                    StoredSnapshot snapshot = files.read(name);
                    index = snapshot.index();
                    term = snapshot.term();
                    isFound = true;
                    seenIndex = Math.max(seenIndex, index);
                } catch (DamagedLogException damage) {
                    if (!isFound) {
                        add(damage);
                    }
                }
                try (Disk.File file = disk.open(name, false)) {
                    snapshots.add(0, new LogReport.Snapshot(name, file.size(), index, term));
                }
            }
        }

        private static Optional<LogReport.Tail> tornTail(RecoveredLog log) {
            RecoveredLog.End end = log.end();
            return end.isTorn()
                    ? Optional.of(new LogReport.Tail(
                            SegmentFiles.name(end.segment()), end.offset(), end.contentEnd() - end.offset()))
                    : Optional.empty();
        }

        private static LogReport.Content content(RecoveredLog log) {
            long snapshotIndex = log.snapshot().map(StoredSnapshot::index).orElse(0L);
            TermRuns terms = log.state().terms();
            boolean isEmptied = log.isResetDue();
            long first = isEmptied ? snapshotIndex + 1 : terms.first();
            long next = isEmptied ? first : terms.next();
            return new LogReport.Content(
                    log.state().incarnation(),
                    log.state().hardState(),
                    snapshotIndex,
                    first,
                    next - 1,
                    isEmptied ? List.of() : terms(log));
        }

        private static List<LogReport.Term> terms(RecoveredLog log) {
            List<LogReport.Term> terms = new ArrayList<>();
            for (var entry : log.entries()) {
                int last = terms.size() - 1;
                if (last >= 0 && terms.get(last).term() == entry.term()) {
                    terms.set(
                            last,
                            new LogReport.Term(entry.term(), terms.get(last).firstIndex(), entry.index()));
                } else {
                    terms.add(new LogReport.Term(entry.term(), entry.index(), entry.index()));
                }
            }
            return terms;
        }
    }
}
