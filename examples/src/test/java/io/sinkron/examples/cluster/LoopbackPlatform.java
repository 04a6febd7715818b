package io.sinkron.examples.cluster;

import io.sinkron.common.NodeId;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.Transport;
import io.sinkron.transport.netty.NettyTransport;
import io.sinkron.transport.netty.NettyTransportOptions;
import io.sinkron.wal.FileDisk;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** TCP over loopback, each start at a port that was free, and a directory of files for each node. */
final class LoopbackPlatform implements Platform {
    private final Path directory;
    private final Map<NodeId, NettyTransport> transports = new HashMap<>();

    LoopbackPlatform(Path directory) {
        this.directory = directory;
    }

    @Override
    public Transport transport(NodeId node) {
        NettyTransport transport = new NettyTransport(NettyTransportOptions.of("127.0.0.1", 0, Map.of()));
        transports.put(node, transport);
        return transport;
    }

    @Override
    public LogStore log(NodeId node) throws IOException {
        return new FileLogStore(FileDisk.open(directory.resolve(node.value())), LOG);
    }

    @Override
    public void started(NodeId node) {
        NettyTransport mine = transports.get(node);
        transports.forEach((id, other) -> {
            if (!id.equals(node)) {
                mine.connect(id, other.localAddress());
                other.connect(node, mine.localAddress());
            }
        });
    }

    @Override
    public void halted(NodeId node) {
        transports.remove(node);
    }
}
