package io.sinkron.examples.demo;

import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.examples.http.HttpLimits;
import io.sinkron.examples.server.HostPort;
import io.sinkron.examples.server.NodeConfig;
import io.sinkron.examples.server.ServerNode;
import io.sinkron.examples.server.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Three nodes of this process, each with a TCP transport, a log on disk and an HTTP port of its own. Thread-safe. */
final class DemoCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final List<NodeId> IDS = List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));

    private final Map<NodeId, NodeConfig> configs = new TreeMap<>();
    private final Map<NodeId, ServerNode> nodes = new TreeMap<>();

    private DemoCluster() {}

    /**
     * Starts three nodes.
     *
     * @param directory for one directory a node
     * @param httpPort of the first node, the others have the next ones; 0 for any free ones
     * @param redis where queues and the cache's memory are kept; empty for the cluster's own replicated stores
     */
    static DemoCluster start(Path directory, int httpPort, Optional<String> redis) throws StartException {
        DemoCluster cluster = new DemoCluster();
        SortedMap<NodeId, HostPort> peers = freeAddresses();
        try {
            for (int i = 0; i < IDS.size(); i++) {
                NodeId id = IDS.get(i);
                cluster.configs.put(
                        id,
                        new NodeConfig(
                                id,
                                peers,
                                false,
                                peers.get(id),
                                new HostPort(HOST, httpPort == 0 ? 0 : httpPort + i),
                                directory.resolve(id.value()),
                                redis,
                                HttpLimits.DEFAULT));
                cluster.start(id);
            }
        } catch (StartException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** Addresses that were free a moment ago. */
    private static SortedMap<NodeId, HostPort> freeAddresses() throws StartException {
        SortedMap<NodeId, HostPort> addresses = new TreeMap<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (NodeId id : IDS) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST));
                held.add(socket);
                addresses.put(id, new HostPort(HOST, socket.getLocalPort()));
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new StartException("no free ports on " + HOST + ": " + e.getMessage(), e);
        }
        return addresses;
    }

    /** Starts a node; after {@link #halt} on its old ports and files. */
    synchronized void start(NodeId id) throws StartException {
        ServerNode node = ServerNode.start(configs.get(id));
        NodeConfig config = configs.get(id);
        configs.put(
                id,
                new NodeConfig(
                        id,
                        config.peers(),
                        config.joins(),
                        config.bind(),
                        node.http(),
                        config.dataDirectory(),
                        config.redis(),
                        config.limits()));
        nodes.put(id, node);
    }

    /** Stops a node as a crash would. */
    synchronized void halt(NodeId id) {
        nodes.remove(id).halt();
    }

    /** The library of a running node. */
    synchronized Sinkron node(NodeId id) {
        return nodes.get(id).sinkron();
    }

    /** The running nodes, in order. */
    synchronized List<NodeId> running() {
        return List.copyOf(nodes.keySet());
    }

    /** Where the running nodes serve HTTP, in order. */
    synchronized List<String> urls() {
        return nodes.values().stream().map(node -> "http://" + node.http()).toList();
    }

    /** Waits until every running node serves. */
    void awaitReady() {
        for (NodeId id : running()) {
            Await.result(node(id).whenReady());
        }
    }

    /** The leader as the first running node knows it. */
    Optional<NodeId> leader() {
        return node(running().get(0)).cluster().status().leader();
    }

    @Override
    public synchronized void close() {
        nodes.values().forEach(ServerNode::close);
        nodes.clear();
    }
}
