package io.sinkron.benchmarks;

import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.transport.netty.NettyTransport;
import io.sinkron.transport.netty.NettyTransportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Three nodes in this process, over TCP on loopback, each with its log on disk in a directory that is removed at the end. */
final class LoopbackCluster implements AutoCloseable {
    private final List<Sinkron> nodes = new ArrayList<>();
    private final Path directory;

    LoopbackCluster(Consumer<Sinkron.Builder> more) throws IOException {
        directory = Files.createTempDirectory("sinkron-benchmark");
        Map<NodeId, InetSocketAddress> addresses = freeAddresses();
        List<String> names = addresses.keySet().stream().map(NodeId::value).toList();
        for (Map.Entry<NodeId, InetSocketAddress> self : addresses.entrySet()) {
            NettyTransportOptions options = NettyTransportOptions.of(
                    self.getValue().getHostString(), self.getValue().getPort(), addresses);
            Sinkron.Builder builder = Sinkron.builder()
                    .node(self.getKey().value())
                    .peers(names)
                    .transport(new NettyTransport(options))
                    .dataDirectory(directory.resolve(self.getKey().value()))
                    .callbacks(Runnable::run);
            more.accept(builder);
            nodes.add(builder.start());
        }
        nodes.forEach(node -> node.whenReady().toCompletableFuture().join());
    }

    private static Map<NodeId, InetSocketAddress> freeAddresses() throws IOException {
        Map<NodeId, InetSocketAddress> addresses = new LinkedHashMap<>();
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            addresses.put(NodeId.of("n" + i), new InetSocketAddress("127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return addresses;
    }

    /** The node that leads. */
    Sinkron leader() {
        return nodes.stream()
                .filter(node -> node.cluster()
                        .status()
                        .leader()
                        .equals(java.util.Optional.of(node.cluster().self())))
                .findFirst()
                .orElseGet(() -> nodes.get(0));
    }

    /** All nodes. */
    List<Sinkron> nodes() {
        return nodes;
    }

    @Override
    public void close() throws IOException {
        nodes.forEach(Sinkron::close);
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
