package io.sinkron;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;

/** The transport of a cluster of one node: there is nobody to talk to. */
final class LoneTransport implements Transport {
    @Override
    public void start(Context context) {
        // A single node has no address to open.
    }

    @Override
    public void send(NodeId to, Message message) {
        // A node was added that nobody can reach: its messages are lost, as they may be, until it is removed again.
    }

    @Override
    public void flush() {
        // Nothing is ever queued.
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
