package io.sinkron.examples.testkit;

import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.examples.api.Api;
import io.sinkron.examples.http.HttpLimits;
import io.sinkron.examples.http.HttpServer;
import io.sinkron.transport.netty.NettyTransport;
import io.sinkron.transport.netty.NettyTransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Nodes of this process with logs in memory, TCP among themselves and an HTTP API each. */
public final class LocalNodes implements AutoCloseable {
    private final List<Sinkron> libraries = new ArrayList<>();
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<ApiCaller> callers = new ArrayList<>();
    private final List<Api> apis = new ArrayList<>();

    private LocalNodes() {}

    /** Starts so many nodes and waits until all of them serve. */
    public static LocalNodes start(int count, Specification specification) throws Exception {
        LocalNodes nodes = new LocalNodes();
        List<Integer> ports = freePorts(count);
        Map<NodeId, InetSocketAddress> peers = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            peers.put(NodeId.of("n" + (i + 1)), InetSocketAddress.createUnresolved("127.0.0.1", ports.get(i)));
        }
        for (NodeId id : peers.keySet()) {
            nodes.start(id, peers, specification);
        }
        for (Sinkron library : nodes.libraries) {
            library.whenReady().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        return nodes;
    }

    private void start(NodeId id, Map<NodeId, InetSocketAddress> peers, Specification specification)
            throws IOException {
        Sinkron.Builder builder = Sinkron.builder()
                .node(id.value())
                .peers(peers.keySet().stream().map(NodeId::value).toList())
                .volatileLog();
        if (peers.size() > 1) {
            builder.transport(new NettyTransport(
                    NettyTransportOptions.of("127.0.0.1", peers.get(id).getPort(), peers)));
        }
        Sinkron library = builder.start();
        libraries.add(library);
        Map<NodeId, String> addresses = new TreeMap<>();
        peers.forEach((peer, address) -> addresses.put(peer, address.getHostString() + ":" + address.getPort()));
        Api api = new Api(library.locks(), library.queues(), library.cache(), library.cluster(), addresses);
        apis.add(api);
        HttpServer server =
                HttpServer.start(new InetSocketAddress("127.0.0.1", 0), HttpLimits.DEFAULT, api, api::headers);
        servers.add(server);
        callers.add(new ApiCaller(specification, "http://127.0.0.1:" + server.port()));
    }

    /** Ports that were free a moment ago, all different. */
    public static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
            held.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    /** How many there are. */
    public int count() {
        return callers.size();
    }

    /** A client of a node, counted from 0, around and around. */
    public ApiCaller node(int index) {
        return callers.get(index % callers.size());
    }

    /** Where a node serves HTTP, counted from 0. */
    public int httpPort(int index) {
        return servers.get(index % servers.size()).port();
    }

    /** The API of the first node. */
    public Api api() {
        return apis.get(0);
    }

    @Override
    public void close() {
        servers.forEach(HttpServer::close);
        libraries.forEach(Sinkron::close);
    }
}
