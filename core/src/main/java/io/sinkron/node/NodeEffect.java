package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.QueueOp;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a turn of {@link Node} asks the outside to do. Immutable. */
public sealed interface NodeEffect {
    /** Hand a message to the transport. */
    record Send(NodeId to, Message message) implements NodeEffect {}

    /**
     * Tell the transport who the peers are from now on, this node among them or not.
     *
     * @param addresses where each listens; empty where it isn't known here
     */
    record Peers(SortedMap<NodeId, String> addresses) implements NodeEffect {
        /** Takes an immutable copy. */
        public Peers {
            addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
        }
    }

    /** Hand a write to the storage thread; {@link Node#persisted} when it is durable. */
    record Persist(RaftEffects.Write write) implements NodeEffect {}

    /** Call the external queue store; {@link Node#queueStored} or {@link Node#queueStoreFailed} with the number. */
    record CallQueueStore(long operation, String queue, long epoch, List<QueueOp> operations) implements NodeEffect {}

    /** Ask the external queue store for all names; {@link Node#queuesListed} or {@link Node#queueStoreFailed}. */
    record ListQueueStore(long operation) implements NodeEffect {}

    /** Call the external main memory; {@link Node#memoryStored} or {@link Node#memoryFailed} with the number. */
    record CallMemoryStore(long operation, List<MemoryOp> operations) implements NodeEffect {}

    /** Do this work on a thread of its own, in order; {@link Node#snapshotDone} with what comes out. At most two wait or run at once. */
    record Offload(SnapshotTask task) implements NodeEffect {}

    /** End a call of this process. */
    record Complete(long call, Answer answer) implements NodeEffect {}

    /** Tell whoever listens. */
    record Publish(NodeEvent event) implements NodeEffect {}
}
