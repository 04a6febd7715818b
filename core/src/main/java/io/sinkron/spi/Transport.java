package io.sinkron.spi;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/**
 * Carries messages between nodes, best effort: it may lose, delay, duplicate and reorder them, and the machines survive all four.
 * It never delivers a message that was not sent, never changes one, and names the sender truthfully.
 */
public interface Transport extends AutoCloseable {
    /**
     * Opens the node's own address and begins to deliver. Called once, before anything else.
     *
     * @throws IOException if the address cannot be had; the message names it
     */
    void start(Context context) throws IOException;

    /**
     * Queues a message for a peer. Called by one thread at a time; never blocks and never throws for the state of a peer: what
     * can't be queued within the adapter's bound is dropped and counted.
     */
    void send(NodeId to, Message message);

    /**
     * Who the group's members are from now on, this node among them or not, and where each listens; called by the thread that sends, at the
     * start and after each change; doesn't block and doesn't throw for what an address says. Before the first call, and as long as there are no
     * members in it (a node that joins has heard of none yet), the adapter talks to whom it was configured for.
     *
     * <p>Connections to others end, and what others send is refused. Who has just ceased to be a member may be spoken to and heard for some seconds
     * more: it still has to learn of that, and a leader that removes itself has to hear the acknowledgements of its last entry.
     *
     * @param addresses each member's address; an empty one keeps the one that it had, or none: the adapter may know it otherwise
     */
    default void peers(Map<NodeId, String> addresses) {}

    /** Ends a turn of the event loop: what was queued since the last one goes out, one flush a peer. */
    void flush();

    /** Stops delivering and frees sockets and threads. Idempotent; blocks until done, a few seconds at most. */
    @Override
    void close();

    /** Takes what arrives; called from the transport's threads, and returns at once. */
    interface Receiver {
        /**
         * @param from the sender, as the handshake proved it
         * @param incarnation which start of the sender
         * @param message what it said
         */
        void received(NodeId from, long incarnation, Message message);
    }

    /**
     * What the node tells its transport.
     *
     * @param cluster the cluster's name: a peer of another name is refused
     * @param self this node
     * @param incarnation this start of this node
     * @param codec the format of messages
     * @param receiver where arrivals go
     */
    record Context(String cluster, NodeId self, long incarnation, MessageCodec codec, Receiver receiver) {
        /** Rejects missing parts. */
        public Context {
            Objects.requireNonNull(cluster, "cluster");
            Objects.requireNonNull(self, "self");
            Objects.requireNonNull(codec, "codec");
            Objects.requireNonNull(receiver, "receiver");
        }
    }
}
