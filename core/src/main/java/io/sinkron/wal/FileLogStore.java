package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable log in files: a segmented write-ahead log with everything in one ordered stream (entries, hard state, truncations,
 * incarnations), and snapshot files beside it. The format, the recovery's decision table and what it cannot tell apart are in
 * {@code docs/wal.md}.
 *
 * <p>A batch is one write, and whole after a crash or not there; {@link #sync} is one fsync; a roll to the next segment costs one fsync more. The first error of the disk fails the
 * store for ever: after a failed fsync nobody knows what is durable, and asking again would be answered with a lie (Rebello et al.,
 * "Can Applications Recover from fsync Failures?", USENIX ATC 2020). An interrupt of the storage thread closes a
 * {@link FileDisk}'s channels and so fails the store too.
 *
 * <p>Not thread-safe, but for {@link #prepareSnapshot}; see {@link LogStore}.
 */
public final class FileLogStore implements LogStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileLogStore.class);

    private final Disk disk;
    private final SegmentFiles files;
    private final SnapshotFiles snapshots;
    private final PreparedSnapshot prepared;
    private final FileLogOptions options;
    private final long firstIncarnation;
    private volatile Stage stage = Stage.NEW;
    private volatile Throwable failure;
    private boolean locked;
    private LogState state;
    private SegmentWriter writer;
    private volatile long snapshotIndex;

    private enum Stage {
        NEW,
        OPEN,
        FAILED,
        CLOSED
    }

    /** A store whose first start on a blank directory is incarnation 1: for directories that are never emptied. */
    public FileLogStore(Disk disk, FileLogOptions options) {
        this(disk, options, 1);
    }

    /**
     * Makes a store; nothing is touched before {@link #recover}.
     *
     * <p>A directory counts its starts itself, from the first one on, each one more than the last. What it cannot know is that it was
     * emptied. So the first start gets its number from the caller, who sees to it that it's greater than any number that an earlier
     * life of this directory may have reached: the wall clock's milliseconds do, as no node starts a thousand times a second.
     *
     * @param disk the directory; this store locks it in {@link #recover} and closes it in {@link #close}
     * @param options sizes
     * @param firstIncarnation the incarnation of the first start on a blank directory, at least 1; without effect on any other
     */
    public FileLogStore(Disk disk, FileLogOptions options, long firstIncarnation) {
        if (firstIncarnation < 1) {
            throw new IllegalArgumentException("firstIncarnation " + firstIncarnation + " must be at least 1");
        }
        this.firstIncarnation = firstIncarnation;
        this.disk = Objects.requireNonNull(disk, "disk");
        this.options = Objects.requireNonNull(options, "options");
        this.files = new SegmentFiles(disk, options.segmentBytes());
        this.snapshots = new SnapshotFiles(disk);
        this.prepared = new PreparedSnapshot(disk, snapshots);
    }

    /**
     * {@inheritDoc}
     *
     * @throws DamagedLogException if the files hold what no crash can have left; no file was changed
     */
    @Override
    public Recovered recover() throws IOException {
        if (stage != Stage.NEW) {
            throw new IllegalStateException("recover() comes first and once; this store is " + stage);
        }
        try {
            disk.lock();
            locked = true;
            RecoveredLog log = new LogRecovery(disk, files, options.segmentBytes()).read();
            Recovered recovered = open(log);
            stage = Stage.OPEN;
            return recovered;
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            throw e;
        }
    }

    private Recovered open(RecoveredLog log) throws IOException {
        warn(log);
        state = log.state();
        long incarnation = state.incarnation() == 0 ? firstIncarnation : state.incarnation() + 1;
        writer = new LogOpening(disk, files, options.writeBufferBytes()).open(log, incarnation, state.hardState());
        log.snapshot().ifPresent(snapshot -> snapshotIndex = snapshot.index());
        return new Recovered(
                incarnation, state.hardState(), log.snapshot(), log.isResetDue() ? List.of() : log.entries());
    }

    private void warn(RecoveredLog log) {
        RecoveredLog.End end = log.end();
        if (end.isTorn()) {
            LOG.warn(
                    "cutting a torn tail off {}/{} at offset {}: {} bytes of writes that a crash interrupted and that were never"
                            + " acknowledged",
                    disk.describe(),
                    SegmentFiles.name(end.segment()),
                    end.offset(),
                    end.contentEnd() - end.offset());
        }
        log.passedOver()
                .ifPresent(damage -> LOG.warn(
                        "{}; going on without it: the log from entry {} on follows on the snapshot before",
                        damage.getMessage(),
                        log.state().terms().first()));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the batch doesn't follow on the log, lowers the term, removes what a snapshot holds, or has an
     *     entry longer than the limit; nothing is written and the store goes on
     */
    @Override
    public void append(LogBatch batch) throws IOException {
        requireOpen();
        long bytes = BatchCheck.require(batch, state, snapshotIndex, options.maxRecordBytes());
        if (batch.isEmpty()) {
            return;
        }
        try {
            writer.startBatch(bytes);
            if (batch.hardState().isPresent()) {
                HardState hardState = batch.hardState().get();
                writer.hardState(hardState);
                state.voted(hardState);
            }
            if (batch.truncateFrom() > 0) {
                writer.truncate(batch.truncateFrom());
                state.truncated(batch.truncateFrom());
            }
            List<LogEntry> entries = batch.entries();
            for (int i = 0; i < entries.size(); i++) {
                LogEntry entry = entries.get(i);
                writer.entry(entry);
                state.appended(entry.term());
            }
            writer.commit();
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            throw e;
        }
    }

    @Override
    public void sync() throws IOException {
        requireOpen();
        try {
            writer.force();
            writer.prepareNext();
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            throw e;
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The file is written and forced under a temporary name, which {@link #saveSnapshot} of the same snapshot changes to the final one. That
     * takes no lock that another operation waits for, save {@link #close}.
     *
     * @throws IllegalArgumentException if it isn't newer than the last one that was prepared
     */
    @Override
    public void prepareSnapshot(StoredSnapshot snapshot) throws IOException {
        requireOpen();
        try {
            prepared.prepare(snapshot);
        } catch (IOException | Error e) {
            failed(e);
            throw e;
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the snapshot isn't newer than the last one, or more is to be freed than it holds
     */
    @Override
    public void saveSnapshot(StoredSnapshot snapshot, long freeUpTo) throws IOException {
        requireOpen();
        if (snapshot.index() <= snapshotIndex || freeUpTo > snapshot.index()) {
            throw new IllegalArgumentException("snapshot at " + snapshot.index() + " that frees up to " + freeUpTo
                    + ": the last one was at " + snapshotIndex + ", and no more can be freed than a snapshot holds");
        }
        try {
            Optional<String> file = prepared.take(snapshot);
            if (file.isPresent()) {
                snapshots.publish(file.get(), snapshot.index());
            } else {
                snapshots.write(snapshot);
            }
            snapshotIndex = snapshot.index();
            if (!state.terms().holds(snapshot.index(), snapshot.term())) {
                writer.startBatch(SegmentWriter.BESIDE_ENTRIES_BYTES);
                writer.reset(snapshot);
                writer.commit();
            }
            // What allows the older files to be deleted is in the newest segment: it must be durable before they go.
            writer.force();
            deleteUpTo(freeUpTo);
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            throw e;
        }
    }

    private void deleteUpTo(long freeUpTo) throws IOException {
        for (int segment : state.freed(freeUpTo)) {
            disk.delete(SegmentFiles.name(segment));
        }
        String newest = SnapshotFiles.name(snapshotIndex);
        for (String name : SnapshotFiles.among(disk.list())) {
            if (!name.equals(newest)) {
                disk.delete(name);
            }
        }
        disk.forceDirectory();
    }

    private void requireOpen() throws IOException {
        switch (stage) {
            case OPEN -> {}
            case NEW -> throw new IllegalStateException("recover() comes first");
            case CLOSED -> throw new IOException("the log store in " + disk.describe() + " is closed");
            case FAILED ->
                throw new IOException(
                        "the log store in " + disk.describe() + " has failed and stays failed: " + failure.getMessage(),
                        failure);
        }
    }

    /** The first failure is the one that later calls name. It may come from the thread that prepares a snapshot. */
    private synchronized void failed(Throwable cause) {
        if (stage != Stage.FAILED && stage != Stage.CLOSED) {
            failure = cause;
            stage = Stage.FAILED;
        }
    }

    private synchronized boolean isFirstClose() {
        boolean isFirst = stage != Stage.CLOSED;
        stage = Stage.CLOSED;
        return isFirst;
    }

    /** {@inheritDoc} Waits for a snapshot that is being prepared, so that nothing is written into a directory that isn't locked. */
    @Override
    public void close() throws IOException {
        if (!isFirstClose()) {
            return;
        }
        prepared.close();
        try {
            if (writer != null) {
                writer.close();
            }
            files.close();
        } finally {
            if (locked) {
                disk.close();
            }
        }
    }
}
