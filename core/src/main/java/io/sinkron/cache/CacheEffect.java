package io.sinkron.cache;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryOp;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What {@link CacheNode} asks the outside to do. Immutable. */
public sealed interface CacheEffect {
    /** Send a message to another node, best effort. */
    record Send(NodeId to, CacheMessage message) implements CacheEffect {}

    /** Do an operation on main memory; {@link CacheNode#memory} or {@link CacheNode#memoryFailed} with the number. */
    record Memory(long operation, MemoryOp op) implements CacheEffect {}

    /** End a call. */
    record Complete(long call, Answer answer) implements CacheEffect {}

    /** This node has installed the view: the membership's barrier may count it. */
    record Installed(long epoch) implements CacheEffect {}

    /** A key that this node listens to was written, here or elsewhere; best effort, never twice, in the order of the key's versions. */
    record Changed(Bytes key, long version, ChangeKind kind) implements CacheEffect {}

    /** A line of this node was invalidated by another node's write. */
    record Invalidated(Bytes key) implements CacheEffect {}

    /**
     * The copies of a line contradict each other, or what the home knows, or main memory: a defect, in this library or in what it relies upon.
     *
     * @param copies of all members, each as it was when it was asked
     * @param stored main memory's value, if it was compared
     */
    record AuditFinding(
            Bytes key, AuditAnomaly anomaly, SortedMap<NodeId, AuditedCopy> copies, Optional<AuditedCopy> stored)
            implements CacheEffect {
        /** Takes an immutable copy. */
        public AuditFinding {
            copies = Collections.unmodifiableSortedMap(new TreeMap<>(copies));
        }
    }
}
