package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a directory and decides, row by row of the table in {@code docs/wal.md}, between the end of the log, a torn tail and damage. Changes
 * no file, so that what is damaged can be looked at and repaired by hand.
 *
 * <p>The rule: at the first place P that isn't the next right record, it is <em>damage</em> if P lies in a sealed segment, or something
 * behind P proves that P was durable, or all sectors there were written (a tear leaves one unwritten). Else the log ends behind the last
 * whole batch; if anything but zeros follows, a torn tail.
 */
final class LogRecovery {
    private final Disk disk;
    private final SegmentFiles files;
    private final int segmentBytes;
    private final RecordReader reader = new RecordReader();
    private LogScan scan = new LogScan(reader);

    LogRecovery(Disk disk, SegmentFiles files, int segmentBytes) {
        this.disk = disk;
        this.files = files;
        this.segmentBytes = segmentBytes;
    }

    /** What a start begins with. */
    RecoveredLog read() throws IOException {
        List<String> names = disk.list();
        if (names.contains(LogRepairMark.NAME)) {
            throw damaged(LogRepairMark.NAME, 0, "a repair of this log was begun and not finished: run it again");
        }
        return read(names);
    }

    /** The same, whether or not a repair is under way. */
    RecoveredLog read(List<String> names) throws IOException {
        SnapshotFiles.Loaded snapshots = new SnapshotFiles(disk).load(names);
        List<String> leftovers = new ArrayList<>(TemporaryFiles.among(names));
        List<Integer> segments = unbrokenSuffix(SegmentFiles.numbers(names), leftovers);
        boolean hasSnapshots = !SnapshotFiles.among(names).isEmpty();
        RecoveredLog.End end =
                segments.isEmpty() ? fresh(hasSnapshots) : readSegments(segments, hasSnapshots, leftovers);
        Optional<StoredSnapshot> snapshot = snapshots.snapshot();
        requireReach(snapshots, segments);
        snapshot.ifPresent(newest -> leftovers.addAll(SnapshotFiles.among(names).stream()
                .filter(name -> name.compareTo(SnapshotFiles.name(newest.index())) < 0)
                .toList()));
        Replay replay = scan.replay();
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
                leftovers,
                snapshots.damage());
    }

    /** Old segments are deleted in order, but a crash may undo any of the deletions: those before a gap are leftovers. */
    private static List<Integer> unbrokenSuffix(List<Integer> numbers, List<String> leftovers) {
        int start = numbers.size();
        while (start > 0 && (start == numbers.size() || numbers.get(start - 1) + 1 == numbers.get(start))) {
            start--;
        }
        numbers.subList(0, start).forEach(number -> leftovers.add(SegmentFiles.name(number)));
        return numbers.subList(start, numbers.size());
    }

    private RecoveredLog.End fresh(boolean hasSnapshots) throws DamagedLogException {
        if (hasSnapshots) {
            throw damaged(SegmentFiles.name(1), 0, "there are snapshots, but no segment of the log is left");
        }
        return new RecoveredLog.End(1, false, 0, 0, 0, false);
    }

    private RecoveredLog.End readSegments(List<Integer> segments, boolean hasSnapshots, List<String> leftovers)
            throws IOException {
        for (int i = 0; i < segments.size(); i++) {
            int number = segments.get(i);
            String name = SegmentFiles.name(number);
            try (Disk.File file = files.open(number)) {
                SegmentView view = new SegmentView(number, name, file);
                boolean mayBeUnwritten = i > 0 || number == 1 && !hasSnapshots;
                LogScan.Stop stop = scan.read(view);
                if (stop.damage() != null) {
                    throw damaged(name, stop.offset(), stop.damage());
                }
                if (!stop.isSealed()) {
                    List<Integer> later = segments.subList(i + 1, segments.size());
                    RecoveredLog.End end = judgeEnd(view, stop, mayBeUnwritten, later, leftovers);
                    if (scan.isWithinBatch()) {
                        long place = RecordFormat.place(number, stop.committed());
                        scan = LogScan.upTo(disk, reader, segments.subList(0, i + 1), place);
                    }
                    return end;
                }
            }
        }
        int missing = segments.get(segments.size() - 1) + 1;
        throw damaged(SegmentFiles.name(missing), 0, "the segment is missing; the one before is sealed");
    }

    private RecoveredLog.End judgeEnd(
            SegmentView view, LogScan.Stop stop, boolean mayBeUnwritten, List<Integer> later, List<String> leftovers)
            throws IOException {
        int end = stop.offset();
        Slot slot = reader.read(view, end);
        if (slot instanceof Slot.Broken broken) {
            throw damaged(view.name(), end, broken.reason());
        }
        TailInspector tail = new TailInspector(reader);
        tail.inspectRest(view, end);
        requireNoProof(view.name(), end, tail, view.name());
        int contentEnd = tail.contentEnd();
        if (stop.committed() == 0 && !mayBeUnwritten) {
            throw damaged(view.name(), 0, "the head of the oldest segment is gone");
        }
        if (later.size() > 1) {
            throw damaged(view.name(), end, "the segment isn't sealed, yet there are " + later.size() + " later ones");
        }
        boolean spare = !later.isEmpty() && isSpare(view, end, later.get(0), leftovers);
        boolean isBehindASeal = stop.committed() == 0 && scan.hasBegun();
        if (isBehindASeal && (view.size() == 0 || view.size() % FileLogOptions.BLOCK_BYTES != 0)) {
            throw damaged(view.name(), 0, "a segment of " + view.size() + " bytes was never made");
        }
        // Behind a seal there must be a segment at any moment, so the one that is there is used, whatever its size.
        boolean exists = isBehindASeal || stop.committed() > 0 || view.size() == segmentBytes;
        if (!exists) {
            leftovers.add(view.name());
        }
        return new RecoveredLog.End(
                view.number(), exists, stop.committed(), scan.chain(), exists ? contentEnd : 0, spare);
    }

    /** Whether the file behind the log's end is a prepared segment that can be used as it is. */
    private boolean isSpare(SegmentView last, int end, int number, List<String> leftovers) throws IOException {
        String name = SegmentFiles.name(number);
        try (Disk.File file = files.open(number)) {
            SegmentView view = new SegmentView(number, name, file);
            TailInspector tail = new TailInspector(reader);
            tail.inspectLater(view);
            requireNoProof(last.name(), end, tail, name);
            boolean usable = tail.contentEnd() == 0 && view.size() == segmentBytes;
            if (!usable) {
                leftovers.add(name);
            }
            return usable;
        }
    }

    private void requireNoProof(String name, int end, TailInspector tail, String proofName) throws DamagedLogException {
        if (tail.proofAt() >= 0) {
            throw damaged(
                    name,
                    end,
                    "no right record, although it was durable when " + proofName + " offset " + tail.proofAt()
                            + " was written");
        }
    }

    /** The log must follow on the snapshot, or begin at 1; a damaged newest snapshot is passed over only if it isn't needed. */
    private void requireReach(SnapshotFiles.Loaded snapshots, List<Integer> segments) throws DamagedLogException {
        long covered = snapshots.snapshot().map(StoredSnapshot::index).orElse(0L);
        long first = scan.replay().state().terms().first();
        if (first > covered + 1) {
            if (snapshots.damage().isPresent()) {
                throw snapshots.damage().get();
            }
            throw damaged(
                    SegmentFiles.name(Math.max(1, segments.get(0) - 1)),
                    0,
                    "the log begins at entry " + first + ", and no snapshot reaches it (the newest is at " + covered
                            + ")");
        }
    }

    private DamagedLogException damaged(String name, long offset, String reason) {
        return new DamagedLogException(disk.describe(), name, offset, reason);
    }
}
