package io.sinkron.wal;

import io.sinkron.spi.Disk;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The snapshot whose file is durable before the log's order of writes has come to it, under a temporary name until then. At most one: the next one
 * that is prepared takes the place of one that was never asked for.
 *
 * <pre>
 *   taken, and it is the same snapshot     its file gets its final name
 *   taken by another snapshot              its file is deleted: saved snapshots only grow newer, so it will not be asked for
 *   one was saved while this was written   its file is deleted
 *   the process dies                       the next start deletes its file, as every temporary one
 * </pre>
 *
 * <p>Thread-safe: one thread prepares while another takes. The taker never waits for a file that is being written.
 */
final class PreparedSnapshot {
    private final Disk disk;
    private final SnapshotFiles files;

    /** Held for as long as a file is written, so that {@link #close} leaves nobody behind who writes into a directory that is free again. */
    private final Lock writing = new ReentrantLock();

    private boolean isClosed;
    private long preparedIndex;
    private long takenIndex;
    private Optional<StoredSnapshot> ready = Optional.empty();

    PreparedSnapshot(Disk disk, SnapshotFiles files) {
        this.disk = disk;
        this.files = files;
    }

    private static String name(StoredSnapshot snapshot) {
        return SnapshotFiles.name(snapshot.index()) + ".prepared" + TemporaryFiles.SUFFIX;
    }

    /**
     * Makes the file durable, unless a snapshot as new has been saved already.
     *
     * @throws IllegalArgumentException if it isn't newer than the last one that was prepared: its file may be in use
     */
    void prepare(StoredSnapshot snapshot) throws IOException {
        writing.lock();
        try {
            if (isClosed) {
                throw new IOException("the log store in " + disk.describe() + " is closed");
            }
            if (snapshot.index() <= preparedIndex) {
                throw new IllegalArgumentException(
                        "snapshot at " + snapshot.index() + " to prepare: the last one was at " + preparedIndex);
            }
            preparedIndex = snapshot.index();
            deleteFile(exchange(Optional.empty()));
            if (isAhead(snapshot)) {
                files.writeDurably(name(snapshot), snapshot);
                deleteFile(offer(snapshot));
            }
        } finally {
            writing.unlock();
        }
    }

    /**
     * A snapshot is about to be saved, and no older one will be.
     *
     * @return the file that holds it, which is the caller's from now on; empty if none does
     */
    Optional<String> take(StoredSnapshot wanted) throws IOException {
        Optional<StoredSnapshot> prepared = takeReady(wanted.index());
        if (prepared.isEmpty()) {
            return Optional.empty();
        }
        if (prepared.get().equals(wanted)) {
            return prepared.map(PreparedSnapshot::name);
        }
        deleteFile(prepared);
        return Optional.empty();
    }

    private synchronized Optional<StoredSnapshot> takeReady(long index) {
        takenIndex = index;
        return exchange(Optional.empty());
    }

    private synchronized Optional<StoredSnapshot> exchange(Optional<StoredSnapshot> next) {
        Optional<StoredSnapshot> before = ready;
        ready = next;
        return before;
    }

    private synchronized boolean isAhead(StoredSnapshot snapshot) {
        return snapshot.index() > takenIndex;
    }

    /** Gives back the snapshot if it came too late. */
    private synchronized Optional<StoredSnapshot> offer(StoredSnapshot snapshot) {
        if (!isAhead(snapshot)) {
            return Optional.of(snapshot);
        }
        ready = Optional.of(snapshot);
        return Optional.empty();
    }

    private void deleteFile(Optional<StoredSnapshot> unwanted) throws IOException {
        if (unwanted.isPresent()) {
            disk.delete(name(unwanted.get()));
        }
    }

    /** Nothing is written any more once this returns: it waits for a file under way. */
    void close() {
        writing.lock();
        try {
            isClosed = true;
        } finally {
            writing.unlock();
        }
    }
}
