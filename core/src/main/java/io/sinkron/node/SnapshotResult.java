package io.sinkron.node;

import io.sinkron.common.Bytes;

/** What a {@link SnapshotTask} came to; for {@link Node#snapshotDone}, which owns it from then on. */
public sealed interface SnapshotResult {
    /** The log index of the state. */
    long index();

    /**
     * A snapshot to keep.
     *
     * @param index the last log index whose effect it holds
     * @param state the replicated tables, encoded
     */
    record Built(long index, Bytes state) implements SnapshotResult {
        @Override
        public String toString() {
            return "Built[" + index + ", " + state.size() + " bytes]";
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
