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

    private final List<Integer> ports = new ArrayList<>();
    private Map<NodeId, InetSocketAddress> peers = Map.of();
    private Specification specification;

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

    private Joiner start(NodeId id, Map<NodeId, InetSocketAddress> peers, Specification specification)
            throws IOException {
        Map<String, String> addresses = new TreeMap<>();
        peers.forEach(
                (peer, address) -> addresses.put(peer.value(), address.getHostString() + ":" + address.getPort()));
        Sinkron.Builder builder = Sinkron.builder().node(id.value()).volatileLog();
        if (addresses.containsKey(id.value())) {
            builder.peers(addresses);
        } else {
            builder.join(addresses.keySet());
        }
        int port = addresses.containsKey(id.value())
                ? peers.get(id).getPort()
                : freePorts(1).get(0);
        builder.transport(new NettyTransport(NettyTransportOptions.of("127.0.0.1", port, peers)));
        this.peers = peers;
        this.specification = specification;
        Sinkron library = builder.start();
        libraries.add(library);
        Api api = new Api(library.locks(), library.queues(), library.cache(), library.cluster());
        HttpServer server =
                HttpServer.start(new InetSocketAddress("127.0.0.1", 0), HttpLimits.DEFAULT, api, api::headers);
        servers.add(server);
        ApiCaller caller = new ApiCaller(specification, "http://127.0.0.1:" + server.port());
        if (addresses.containsKey(id.value())) {
            apis.add(api);
            callers.add(caller);
            ports.add(server.port());
        }
        return new Joiner("127.0.0.1:" + port, caller);
    }

    /**
     * A node that was started to join.
     *
     * @param address where its transport listens
     * @param caller a client of its API
     */
    public record Joiner(String address, ApiCaller caller) {}

    /** Starts one node more, which serves once a member has added it; it isn't counted among the others. */
    public Joiner startJoiner(String id) throws IOException {
        return start(NodeId.of(id), peers, specification);
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
        return ports.get(index % ports.size());
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
