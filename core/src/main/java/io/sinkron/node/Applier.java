package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.lock.LockLimits;
import io.sinkron.raft.RaftOptions;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * The replicated state of this node, the committed entries on their way into it, and the snapshots on their way out. Raft hands entries out faster than they
 * can be applied when a node starts or catches up, so they wait here and a turn applies a page of them.
 *
 * <p>The committed entries since the latest snapshot stay in one list, which is also what the next snapshot is made of: the list is handed to the
 * {@link SnapshotTask} as it is and another one begun, so that a turn neither encodes nor copies anything, however large the state. An installed snapshot is
 * restored outside the turn as well; until it is, this node's state stays where it was, as that of a node to which the news is slow to come.
 *
 * <pre>
 *   built snapshot comes back          it becomes the base of the next, and Raft lets go of the log behind it
 *   ... after an install               dropped: the installed one is newer, since only what was committed here was built
 *   restored state comes back          it replaces the state; what was committed behind it waits in the list
 *   ... after another install          dropped: the newer one is restored next
 * </pre>
 *
 * <p>One build and one restore at a time. O(1) per entry. Pure.
 */
final class Applier {
    /** The most entries that a turn applies, about 2 ms of them. Whatever Raft hands out at once, timers and heartbeats come between. */
    private static final int MAX_TURN_ENTRIES = 2_048;

    private final LockLimits locks;
    private final long snapshotAfterBytes;
    private final int maxPageEntries;
    private final long maxPageBytes;
    private ReplicatedState state;
    private Optional<Bytes> base;
    private List<LogEntry> since = new ArrayList<>();
    private long sinceBytes;
    private int applied;
    private int pageEntries;
    private long pageBytes;
    private long buildingIndex;
    private boolean isBuilding;
    private Optional<StoredSnapshot> restoring = Optional.empty();
    private boolean isRestoreOut;

    /**
     * Restores what was recovered.
     *
     * @throws InvariantViolation if the snapshot can't be read
     */
    Applier(Optional<StoredSnapshot> recovered, NodeOptions options) {
        this.locks = options.locks();
        this.snapshotAfterBytes = options.limits().snapshotAfterBytes();
        this.maxPageEntries = Math.min(options.raft().maxApplyEntries(), MAX_TURN_ENTRIES);
        this.maxPageBytes = options.raft().maxApplyBytes();
        this.base = recovered.map(StoredSnapshot::state);
        this.state = recovered
                .map(snapshot -> StateCodec.restore(snapshot.state(), snapshot.index(), locks))
                .orElseGet(() -> new ReplicatedState(locks));
    }

    /** The state, up to what has been applied. */
    ReplicatedState state() {
        return state;
    }

    /** Raft has handed these out. */
    void committed(List<LogEntry> entries) {
        since.addAll(entries);
        for (LogEntry entry : entries) {
            sinceBytes += sizeOf(entry);
        }
    }

    private static long sizeOf(LogEntry entry) {
        return (long) entry.payload().size() + RaftOptions.ENTRY_OVERHEAD_BYTES;
    }

    /** Raft goes on behind a snapshot of the leader: all before it is void. */
    void installed(StoredSnapshot snapshot) {
        base = Optional.of(snapshot.state());
        since = new ArrayList<>();
        sinceBytes = 0;
        applied = 0;
        buildingIndex = 0;
        restoring = Optional.of(snapshot);
    }

    /** Whether something that Raft has handed out isn't in the state yet. */
    boolean isBehind() {
        return restoring.isPresent() || applied < since.size();
    }

    /** Whether {@link #next} would have an entry, in this turn or a later one. */
    boolean hasNext() {
        return restoring.isEmpty() && applied < since.size();
    }

    /** A turn begins: it may apply a page. */
    void beginTurn() {
        pageEntries = 0;
        pageBytes = 0;
    }

    /** The next entry to apply, or null if there is none or this turn has applied its page. */
    LogEntry next() {
        if (!hasNext() || pageEntries >= maxPageEntries || pageBytes >= maxPageBytes) {
            return null;
        }
        LogEntry entry = since.get(applied);
        applied++;
        pageEntries++;
        pageBytes += sizeOf(entry);
        return entry;
    }

    /**
     * What is to be worked on outside, if it's time; each task once. To be asked when a turn is over.
     *
     * @param configAt the membership as of an applied index, encoded
     */
    Optional<SnapshotTask> task(LongFunction<Bytes> configAt) {
        if (restoring.isPresent()) {
            if (isRestoreOut) {
                return Optional.empty();
            }
            isRestoreOut = true;
            return Optional.of(new SnapshotTask.Restore(restoring.get(), locks));
        }
        if (isBuilding || isBehind() || sinceBytes <= snapshotAfterBytes) {
            return Optional.empty();
        }
        buildingIndex = since.get(since.size() - 1).index();
        SnapshotTask task = new SnapshotTask.Build(base, since, configAt.apply(buildingIndex), locks);
        isBuilding = true;
        since = new ArrayList<>();
        sinceBytes = 0;
        applied = 0;
        return Optional.of(task);
    }

    /** A snapshot has been built: whether Raft shall keep it. */
    boolean built(SnapshotResult.Built result) {
        InvariantViolation.check(isBuilding, "a snapshot came that nobody builds");
        isBuilding = false;
        if (result.index() != buildingIndex) {
            return false;
        }
        base = Optional.of(result.state());
        return true;
    }

    /** A snapshot has been restored: whether its state is the state from now on. */
    boolean restored(SnapshotResult.Restored result) {
        InvariantViolation.check(isRestoreOut, "a state came that nobody restores");
        isRestoreOut = false;
        if (restoring.isEmpty() || restoring.get().index() != result.index()) {
            return false;
        }
        restoring = Optional.empty();
        state = result.state();
        return true;
    }
}
