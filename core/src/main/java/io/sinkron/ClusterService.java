package io.sinkron;

import io.sinkron.cluster.Ring;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeEvent;
import io.sinkron.node.NodeStatus;
import java.util.List;
import java.util.function.Consumer;

/** What this node knows of the cluster. Thread-safe; nothing here blocks. */
public interface ClusterService {
    /** This node. */
    NodeId self();

    /** All configured nodes, in order. */
    List<NodeId> voters();

    /** This node's view of itself and the cluster, a moment old at most. */
    NodeStatus status();

    /** The ring of the active view. */
    Ring ring();

    /** Whether this node can serve: it knows a leader, has a valid lease, and its stores answered last time. */
    boolean isReady();

    /** Why not, if {@link #isReady} is false; otherwise empty. */
    List<String> reasonsNotReady();

    /** Calls the listener for each event of this node, on one thread of its own, in order. Slow listeners lose events and are told how many. */
    Subscription subscribe(Consumer<NodeEvent> listener);

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        /** How many events this listener has lost. */
        long lost();

        @Override
        void close();
    }
}
