package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.HardState;
import java.io.IOException;

/** Everything that the opening of a log changes on disk, in the order in which a crash in between does no harm. */
final class LogOpening {
    private final Disk disk;
    private final SegmentFiles files;
    private final int bufferBytes;

    LogOpening(Disk disk, SegmentFiles files, int bufferBytes) {
        this.disk = disk;
        this.files = files;
        this.bufferBytes = bufferBytes;
    }

    /**
     * Makes durable what was read, cuts off what wasn't, and starts an incarnation, which is durable on return.
     *
     * @param hardState from now on; written only if it differs from what was read
     */
    SegmentWriter open(RecoveredLog log, long incarnation, HardState hardState) throws IOException {
        LogState state = log.state();
        RecoveredLog.End end = log.end();
        // A process may have died between a rename and its force: what was read under a name must be durable before
        // anything is
        // built on it, or an older file is deleted because of it.
        disk.forceDirectory();
        for (String name : log.leftovers()) {
            disk.delete(name);
        }
        repairTail(log);
        SegmentWriter writer = new SegmentWriter(files, state, bufferBytes);
        boolean changesHardState = !state.hardState().equals(hardState);
        state.started(incarnation);
        state.voted(hardState);
        if (end.offset() > 0) {
            if (end.spare()) {
                files.foundReady(end.segment() + 1);
            }
            writer.resume(end.segment(), end.offset(), end.chain(), log.provenTo());
            writer.startBatch(SegmentWriter.BESIDE_ENTRIES_BYTES);
            writer.incarnation(incarnation);
            if (changesHardState) {
                writer.hardState(hardState);
            }
        } else {
            if (end.exists()) {
                files.foundReady(end.segment());
            }
            writer.start(end.segment(), end.chain());
        }
        if (log.isResetDue()) {
            writer.reset(log.snapshot().orElseThrow());
        }
        writer.commit();
        writer.force();
        return writer;
    }

    private void repairTail(RecoveredLog log) throws IOException {
        RecoveredLog.End end = log.end();
        long proven = log.provenTo();
        int provenSegment = (int) (proven >>> 32);
        for (int segment = Math.max(1, provenSegment); segment <= end.segment(); segment++) {
            boolean isLast = segment == end.segment();
            if (isLast && !end.exists()) {
                return;
            }
            try (Disk.File file = files.open(segment)) {
                int from = segment == provenSegment ? (int) proven : 0;
                TailRepair.rewrite(file, from, isLast ? end.offset() : (int) file.size());
                if (isLast && end.isTorn()) {
                    TailRepair.zero(file, end.offset(), end.contentEnd());
                }
                file.force();
            }
        }
    }
}
