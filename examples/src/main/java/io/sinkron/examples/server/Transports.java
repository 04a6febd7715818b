package io.sinkron.examples.server;

import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.transport.netty.NettyTransport;
import io.sinkron.transport.netty.NettyTransportOptions;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Chooses how nodes talk to each other: TCP, also for a node that is alone, since others may join it. */
final class Transports {
    private Transports() {}

    static void plugInto(Sinkron.Builder builder, NodeConfig config) {
        Map<NodeId, InetSocketAddress> peers = new LinkedHashMap<>();
        config.peers().forEach((id, at) -> peers.put(id, InetSocketAddress.createUnresolved(at.host(), at.port())));
        builder.transport(new NettyTransport(
                NettyTransportOptions.of(config.bind().host(), config.bind().port(), peers)));
    }
}
