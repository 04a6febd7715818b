package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;

/** What an outstanding operation on main memory is for. Immutable. */
sealed interface MemoryUse {
    /** The home reads a line for a transaction. */
    record Fetch(long epoch, Bytes key, long txn) implements MemoryUse {}

    /** The home stores dirty data of a node. */
    record Store(long epoch, Bytes key, NodeId from, long version) implements MemoryUse {}

    /** A holder stores the backup of a writer that the view has lost. */
    record Recover(Bytes key, NodeId writer, long version) implements MemoryUse {}

    /** A client sweeps keys that nobody can name any more. */
    record Sweep(long call) implements MemoryUse {}

    /** A node that may have been excluded offers its dirty data, in the epoch of its last membership. */
    record Rescue(Bytes key, long version) implements MemoryUse {}

    /** The home compares clean copies with main memory. */
    record Audit(long epoch, Bytes key, long audit) implements MemoryUse {}
}
