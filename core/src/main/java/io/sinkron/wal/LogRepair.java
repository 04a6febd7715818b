package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a damaged log one that a node can start on, when somebody asks for it: never by itself. It cuts at the first damage behind the
 * newest snapshot that is right, and puts aside what lies behind; it makes nothing up, and every file that it changes has a copy beside it ({@code .damaged}).
 *
 * <p>What is cut may have been acknowledged: a vote, a term, an entry that is committed because this node said that it has it. A server that
 * has forgotten must not vote as the one that promised (Ongaro 2014, section 3.8; the protocol-aware recovery of Alagappan et al., FAST
 * 2018). So a repair ends with a record that makes the disk another server: a new start, and that start's number as
 * {@link HardState#identity}. The group then treats the node as it treats an emptied disk, only that less has to be sent to it.
 *
 * <p>A mark in the directory keeps stores away while a repair is under way; one that was cut short is run again, from wherever it came to.
 * Stateless.
 */
public final class LogRepair {
    private static final String COPY_SUFFIX = ".damaged";
    private static final int PIECE_BYTES = 1 << 20;

    private LogRepair() {}

    /**
     * Says what {@link #repair} would do, and changes nothing. Takes the directory's lock meanwhile, and closes it.
     *
     * @param leastIdentity the new identity is at least this, and more than any number in the log; the wall clock's milliseconds, as the first
     *     incarnation of a {@link FileLogStore}
     * @throws IOException if the directory is in use, a file cannot be read, or the log is of another release
     */
    public static RepairPlan plan(Disk disk, long leastIdentity) throws IOException {
        disk.lock();
        try (disk) {
            return new Repair(disk, leastIdentity).plan();
        }
    }

    /**
     * Repairs. Takes the directory's lock meanwhile, and closes it.
     *
     * @param leastIdentity as in {@link #plan}
     * @return what was done; nothing if there was nothing to repair
     * @throws IOException as {@link #plan}, or if a write fails; then the mark stays, and the repair is to be run again
     */
    public static RepairPlan repair(Disk disk, long leastIdentity) throws IOException {
        disk.lock();
        try (disk) {
            return new Repair(disk, leastIdentity).run();
        }
    }

    /** One repair. */
    private static final class Repair {
        private final Disk disk;
        private final LogReport report;
        private final LogSalvage.Kept kept;
        private final long identity;
        private final SegmentFiles files;
        private final Set<String> names;

        Repair(Disk disk, long leastIdentity) throws IOException {
            this.disk = disk;
            List<String> listed = disk.list();
            names = new TreeSet<>(listed);
            report = LogInspector.inspectLocked(disk);
            kept = new LogSalvage(disk, listed).find();
            identity = Math.max(leastIdentity, report.seen().incarnation() + 1);
            files = new SegmentFiles(disk, segmentBytes());
        }

        /** As large as those that are there; one that was made for a long batch is no measure. */
        private int segmentBytes() {
            long largest = report.segments().stream()
                    .mapToLong(LogReport.Segment::sizeBytes)
                    .max()
                    .orElse(0);
            int usual = FileLogOptions.DEFAULT.segmentBytes();
            return largest > 0 ? (int) Math.min(largest, usual) : usual;
        }

        /** A damaged snapshot that an older one and the log make up for costs nothing that was promised. */
        private boolean isAnotherServer() {
            return report.content().isEmpty();
        }

        RepairPlan plan() throws IOException {
            List<RepairPlan.Step> steps = new ArrayList<>();
            if (!report.isWhole()) {
                if (isAnotherServer() && kept.cutSegment() > 0) {
                    steps.add(cut());
                }
                for (String file : kept.setAside()) {
                    if (isAnotherServer() || !SegmentFiles.isSegment(file)) {
                        steps.add(new RepairPlan.SetAside(file, size(file), copyName(file)));
                    }
                }
                if (isAnotherServer()) {
                    steps.add(new RepairPlan.NewServer(
                            SegmentFiles.name(kept.log().end().segment()),
                            identity,
                            kept.log().state().hardState().term()));
                }
            }
            return new RepairPlan(
                    disk.describe(),
                    report.damages().stream().findFirst(),
                    steps,
                    keptIndex(),
                    report.seen().lastIndex(),
                    isAnotherServer() ? identity : 0);
        }

        private RepairPlan.Cut cut() {
            RecoveredLog.End end = kept.log().end();
            String file = SegmentFiles.name(kept.cutSegment());
            return new RepairPlan.Cut(file, end.offset(), end.contentEnd() - (long) end.offset(), copyName(file));
        }

        private long keptIndex() {
            RecoveredLog log = kept.log();
            long snapshot = log.snapshot().map(s -> s.index()).orElse(0L);
            return log.isResetDue()
                    ? snapshot
                    : Math.max(snapshot, log.state().terms().next() - 1);
        }

        RepairPlan run() throws IOException {
            RepairPlan plan = plan();
            if (!plan.isNeeded()) {
                // A repair before this one may have died between taking its mark away and making that durable.
                disk.forceDirectory();
                return plan;
            }
            LogRepairMark.set(disk);
            for (RepairPlan.Step step : plan.steps()) {
                if (step instanceof RepairPlan.Cut cut) {
                    copy(cut.file(), cut.copy());
                } else if (step instanceof RepairPlan.SetAside aside) {
                    disk.rename(aside.file(), aside.copy());
                } else if (step instanceof RepairPlan.NewServer server) {
                    writeIdentity(server);
                }
            }
            disk.forceDirectory();
            requireRight();
            LogRepairMark.clear(disk);
            return plan;
        }

        /** The cut itself is the opening's: what is behind the end becomes zeros, what is before is written again. */
        private void writeIdentity(RepairPlan.NewServer server) throws IOException {
            HardState read = kept.log().state().hardState();
            HardState renewed = new HardState(read.term(), Optional.empty(), server.incarnation());
            LogOpening opening = new LogOpening(disk, files, Math.min(PIECE_BYTES, segmentBytes()));
            opening.open(kept.log(), server.incarnation(), renewed).close();
        }

        /** What was written must read back as a log, or the mark stays. */
        private void requireRight() throws IOException {
            List<String> now = new ArrayList<>(disk.list());
            now.remove(LogRepairMark.NAME);
            new LogRecovery(disk, files, segmentBytes()).read(now);
        }

        private void copy(String from, String to) throws IOException {
            try (Disk.File source = disk.open(from, false);
                    Disk.File target = disk.open(to, true)) {
                ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, source.size())));
                long offset = 0;
                for (int read = source.read(offset, piece); read > 0; read = source.read(offset, piece)) {
                    target.write(offset, piece.flip());
                    offset += read;
                    piece.clear();
                }
                target.force();
            }
            disk.forceDirectory();
        }

        private long size(String name) throws IOException {
            try (Disk.File file = disk.open(name, false)) {
                return file.size();
            }
        }

        /** A name that isn't taken: by a repair before, say. */
        private String copyName(String file) {
            String name = file + COPY_SUFFIX;
            for (int i = 2; names.contains(name); i++) {
                name = file + COPY_SUFFIX + "-" + i;
            }
            return name;
        }
    }
}
