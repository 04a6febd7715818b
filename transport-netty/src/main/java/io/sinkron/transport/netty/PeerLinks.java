package io.sinkron.transport.netty;

import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import java.net.InetSocketAddress;

/**
 * The outgoing connections to one peer, one a lane, so that what is urgent never queues behind what is large: neither in our memory, nor in
 * the socket, nor in the network's retransmissions. The bulk lane is opened with its first message.
 */
record PeerLinks(Link control, Link data, Link bulk) {
    static PeerLinks to(NodeId peer, Wiring wiring) {
        return new PeerLinks(
                new Link(wiring, peer, Lane.CONTROL),
                new Link(wiring, peer, Lane.DATA),
                new Link(wiring, peer, Lane.BULK));
    }

    Link of(Lane lane) {
        return switch (lane) {
            case CONTROL -> control;
            case DATA -> data;
            case BULK -> bulk;
        };
    }

    void connectTo(InetSocketAddress address) {
        control.connectTo(address);
        data.connectTo(address);
        bulk.connectTo(address);
    }

    void close() {
        control.close();
        data.close();
        bulk.close();
    }
}
