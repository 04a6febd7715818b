package io.sinkron.examples.membership;

import io.sinkron.ClusterMember;
import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.transport.netty.NettyTransport;
import io.sinkron.transport.netty.NettyTransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Nodes with directories and TCP, and the steps an operator takes to change which of them make up the cluster. */
final class MovingCluster implements AutoCloseable {
    private final Path directory;
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Map<String, Sinkron> running = new TreeMap<>();
    private final List<Sinkron> usable = new CopyOnWriteArrayList<>();

    /** Founders n1 to n3, once all of them serve. */
    MovingCluster(Path directory) throws Exception {
        this.directory = directory;
        List<Integer> free = LocalNodes.freePorts(8);
        for (int i = 0; i < free.size(); i++) {
            ports.put("n" + (i + 1), free.get(i));
        }
        List<String> founders = List.of("n1", "n2", "n3");
        Map<String, String> addresses = new TreeMap<>();
        founders.forEach(id -> addresses.put(id, address(id)));
        for (String id : founders) {
            start(id, Sinkron.builder().peers(addresses), founders);
        }
        for (Sinkron node : running.values()) {
            node.whenReady().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        usable.addAll(running.values());
    }

    private String address(String id) {
        return "127.0.0.1:" + ports.get(id);
    }

    private Sinkron start(String id, Sinkron.Builder builder, List<String> known) throws IOException {
        Map<NodeId, InetSocketAddress> peers = new LinkedHashMap<>();
        known.forEach(
                peer -> peers.put(NodeId.of(peer), InetSocketAddress.createUnresolved("127.0.0.1", ports.get(peer))));
        Sinkron node = builder.node(id)
                .dataDirectory(directory.resolve(id))
                .transport(new NettyTransport(NettyTransportOptions.of("127.0.0.1", ports.get(id), peers)))
                .start();
        running.put(id, node);
        return node;
    }

    private Sinkron startJoiner(String id) throws IOException {
        List<String> members = new ArrayList<>(running.keySet());
        return start(id, Sinkron.builder().join(members), members);
    }

    /** Any node that clients use at present, by turns. */
    Sinkron any(long turn) {
        List<Sinkron> now = List.copyOf(usable);
        return now.get((int) (turn % now.size()));
    }

    /** One voter more, asked of one node. */
    void add(String id, String askedOf) throws Exception {
        Sinkron joiner = startJoiner(id);
        running.get(askedOf).cluster().addVoter(id, address(id));
        joiner.whenReady().toCompletableFuture().get(20, TimeUnit.SECONDS);
        usable.add(joiner);
    }

    /** A new node in an old one's place, asked of the old one itself; clients go on using that until it is stopped. */
    void replace(String old, String id) throws Exception {
        Sinkron joiner = startJoiner(id);
        running.get(old).cluster().replace(old, id, address(id));
        joiner.whenReady().toCompletableFuture().get(20, TimeUnit.SECONDS);
        usable.add(joiner);
        stop(old);
    }

    /** One node less, asked of another. */
    void remove(String id, String askedOf) {
        running.get(askedOf).cluster().remove(id);
        stop(id);
    }

    private void stop(String id) {
        Sinkron node = running.remove(id);
        usable.remove(node);
        node.close();
    }

    /** The members' names as one node has them. */
    List<String> members(String askedOf) {
        return running.get(askedOf).cluster().members().stream()
                .filter(member -> member.part() == ClusterMember.Part.VOTER)
                .map(member -> member.id().value())
                .toList();
    }

    /** Who leads, as one node knows. */
    String leader(String askedOf) {
        return running.get(askedOf)
                .cluster()
                .status()
                .leader()
                .map(NodeId::value)
                .orElse("");
    }

    @Override
    public void close() {
        running.values().forEach(Sinkron::close);
    }
}
