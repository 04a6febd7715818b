package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.spi.StoredSnapshot;

/** What a {@link SnapshotTask} came to; for {@link Node#snapshotDone}, which owns it from then on. */
public sealed interface SnapshotResult {
    /** The log index of the state. */
    long index();

    /**
     * A snapshot to keep.
     *
     * @param snapshot as the log store will be asked to save it, unless the leader's is installed first: may be prepared there
     */
    record Built(StoredSnapshot snapshot) implements SnapshotResult {
        @Override
        public long index() {
            return snapshot.index();
        }

        /** The replicated tables, encoded. */
        Bytes state() {
            return snapshot.state();
        }

        @Override
        public String toString() {
            return "Built[" + index() + ", " + state().size() + " bytes]";
        }
    }

    /** A state to go on with. */
    final class Restored implements SnapshotResult {
        private final ReplicatedState state;
        private final long index;

        Restored(ReplicatedState state) {
            this.state = state;
            this.index = state.appliedIndex();
        }

        ReplicatedState state() {
            return state;
        }

        @Override
        public long index() {
            return index;
        }

        @Override
        public String toString() {
            return "Restored[" + index + "]";
        }
    }
}
