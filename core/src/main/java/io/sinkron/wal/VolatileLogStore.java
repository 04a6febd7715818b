package io.sinkron.wal;

import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * No log: for development, tests, and clusters whose data may go. It writes nothing down and answers every {@link #sync} at once.
 *
 * <p><strong>What it does not survive:</strong> the end of the process. A node that restarts comes back empty, without its term, its vote
 * and its entries, so it has forgotten what it acknowledged. Its new incarnation makes it another server of the group ({@code docs/raft.md}): what it
 * says isn't counted for the one that promised, and the group takes it in once it has caught up. That needs a majority that lives on: if a
 * majority is down at once, the cluster's data is gone, and nodes that come back together empty begin a new group. A cluster of one loses
 * everything with its process.
 *
 * <p>Not thread-safe; see {@link LogStore}.
 */
public final class VolatileLogStore implements LogStore {
    private final long incarnation;
    private boolean recovered;
    private boolean closed;

    /**
     * @param incarnation this start's number, from 1; the caller sees to it that it grows with every start, for example by taking
     *     the wall clock's milliseconds
     */
    public VolatileLogStore(long incarnation) {
        if (incarnation < 1) {
            throw new IllegalArgumentException("incarnation " + incarnation + " must be at least 1");
        }
        this.incarnation = incarnation;
    }

    /** Nothing, in the incarnation that was given. */
    @Override
    public Recovered recover() throws IOException {
        if (recovered) {
            throw new IllegalStateException("recover() comes first and once");
        }
        recovered = true;
        return new Recovered(incarnation, HardState.INITIAL, Optional.empty(), List.of());
    }

    @Override
    public void append(LogBatch batch) throws IOException {
        requireOpen();
    }

    @Override
    public void sync() throws IOException {
        requireOpen();
    }

    @Override
    public void saveSnapshot(StoredSnapshot snapshot, long freeUpTo) throws IOException {
        requireOpen();
    }

    private void requireOpen() throws IOException {
        if (!recovered) {
            throw new IllegalStateException("recover() comes first");
        }
        if (closed) {
            throw new IOException("the volatile log store is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
