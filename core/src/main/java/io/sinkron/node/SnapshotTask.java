package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.lock.LockLimits;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * Work on the whole replicated state, which takes seconds for a large one and so has no place in a turn of the loop. A pure function of immutable things: any
 * thread may run it, at any time, and the outcome is the same. {@link Node#snapshotDone} takes what comes out.
 */
public sealed interface SnapshotTask {
    /** The log index of the state that comes out. */
    long index();

    /**
     * Does the work, once.
     *
     * @throws io.sinkron.common.InvariantViolation if the snapshot it begins with can't be read, and the node must stop
     */
    SnapshotResult run();

    /**
     * Makes the next snapshot out of the previous one and the committed entries since. The state in use is not touched, nor copied: what is replicated is a
     * function of the log, so the same bytes come out as if the state in use had been encoded at that index.
     */
    final class Build implements SnapshotTask {
        private final Optional<Bytes> base;
        private final List<LogEntry> entries;
        private final Bytes config;
        private final LockLimits limits;

        /**
         * @param base the previous snapshot's state, empty for the beginning of the log
         * @param entries the committed entries behind it, at least one, in order; the list must not change any more
         * @param config the membership as of the last of them, encoded
         */
        Build(Optional<Bytes> base, List<LogEntry> entries, Bytes config, LockLimits limits) {
            this.base = base;
            this.entries = entries;
            this.config = config;
            this.limits = limits;
        }

        private LogEntry last() {
            return entries.get(entries.size() - 1);
        }

        @Override
        public long index() {
            return last().index();
        }

        @Override
        public SnapshotResult run() {
            long before = entries.get(0).index() - 1;
            ReplicatedState state = base.map(bytes -> StateCodec.restore(bytes, before, limits))
                    .orElseGet(() -> new ReplicatedState(limits));
            for (LogEntry entry : entries) {
                state.apply(entry, StateCodec.command(entry), StateSink.NOBODY);
            }
            return new SnapshotResult.Built(
                    new StoredSnapshot(index(), last().term(), last().stampMillis(), config, StateCodec.encode(state)));
        }

        @Override
        public String toString() {
            return "Build[" + entries.size() + " entries up to " + index() + "]";
        }
    }

    /** Makes the state of a snapshot that came from the leader. */
    final class Restore implements SnapshotTask {
        private final StoredSnapshot snapshot;
        private final LockLimits limits;

        Restore(StoredSnapshot snapshot, LockLimits limits) {
            this.snapshot = snapshot;
            this.limits = limits;
        }

        @Override
        public long index() {
            return snapshot.index();
        }

        @Override
        public SnapshotResult run() {
            return new SnapshotResult.Restored(StateCodec.restore(snapshot.state(), index(), limits));
        }

        @Override
        public String toString() {
            return "Restore[" + index() + "]";
        }
    }
}
