package io.sinkron.spi;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The durable log of one node: entries, hard state and the latest snapshot of one Raft group.
 *
 * <p>Not thread-safe: {@link #recover} comes first and once; afterwards one storage thread calls everything, but for
 * {@link #prepareSnapshot}, which another thread calls meanwhile, one call at a time. Any {@link IOException} from {@link #append},
 * {@link #sync}, {@link #prepareSnapshot} or {@link #saveSnapshot} leaves the store failed: every later call
 * throws, nothing is retried as if nothing was lost, and the node stops. What {@link #sync} has returned for survives a crash
 * of the process and of the machine (a volatile store says in its class comment that it does not).
 */
public interface LogStore extends AutoCloseable {
    /**
     * Opens what is there and starts a new incarnation, which is durable on return.
     *
     * @return what a restarted Raft begins with
     * @throws IOException if the store is in use by another process, damaged (the message names file and offset) or unreadable
     */
    Recovered recover() throws IOException;

    /**
     * Writes a batch behind all earlier ones. It isn't durable before the next {@link #sync}; a crash before that keeps any prefix
     * of the batches: each is there as a whole after a restart, or nothing of it is.
     *
     * @throws IOException if the write fails; the store is failed from then on
     */
    void append(LogBatch batch) throws IOException;

    /**
     * Makes everything appended so far durable: one fsync for all of it (group commit).
     *
     * @throws IOException if the fsync fails; the store is failed from then on
     */
    void sync() throws IOException;

    /**
     * Does ahead what {@link #saveSnapshot} of this snapshot would take long for, such as writing tens of megabytes, while {@link #append} and
     * {@link #sync} go on. A promise of nothing: whether or not it was called, and whatever was prepared before, {@code saveSnapshot} does the same; a
     * snapshot that is prepared may never be saved, and a restart knows nothing of it. A store for which saving is cheap leaves this as it is.
     *
     * @param snapshot one that this node took itself, newer than the last one that was prepared
     * @throws IOException if it cannot be written; the store is failed from then on
     */
    default void prepareSnapshot(StoredSnapshot snapshot) throws IOException {}

    /**
     * Makes a snapshot durable and then frees the log up to {@code freeUpTo}. Entries after the snapshot's index stay if they follow
     * on it; if the log doesn't reach it, or disagrees with it, the log is emptied and goes on behind the snapshot.
     *
     * @param snapshot the snapshot, newer than the last one
     * @param freeUpTo the highest index whose entry need not be kept, at most the snapshot's index
     * @throws IOException if it cannot be made durable; the store is failed from then on
     */
    void saveSnapshot(StoredSnapshot snapshot, long freeUpTo) throws IOException;

    /** Frees files and locks. Idempotent. Doesn't sync. */
    @Override
    void close() throws IOException;

    /**
     * What the store held when it was opened.
     *
     * @param incarnation this start's number, from 1, greater than that of every earlier start on this data
     * @param hardState the last durable hard state
     * @param snapshot the latest snapshot, if any
     * @param entries the entries in order without a gap. They begin at or before the snapshot's index plus one, and those at or before
     *     the snapshot's index are the tail that is kept for slow followers
     */
    record Recovered(long incarnation, HardState hardState, Optional<StoredSnapshot> snapshot, List<LogEntry> entries) {
        /** Takes an immutable copy of the entries. */
        public Recovered {
            Objects.requireNonNull(hardState, "hardState");
            Objects.requireNonNull(snapshot, "snapshot");
            entries = List.copyOf(entries);
        }
    }
}
