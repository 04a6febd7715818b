package io.sinkron.examples.cluster;

import io.sinkron.Sinkron;
import io.sinkron.cluster.LeaseOptions;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.RaftOptions;
import io.sinkron.raft.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Nodes of one cluster on a {@link Platform}; each can be halted, as by a crash, and started again from its disk. For one thread at a time. */
final class TestCluster implements AutoCloseable {
    /** Faster than the defaults, and still slower than the pauses of a busy machine. */
    static final RaftOptions RAFT = RaftOptions.DEFAULT.withTimes(
            TimeUnit.MILLISECONDS.toNanos(300), TimeUnit.MILLISECONDS.toNanos(600), TimeUnit.MILLISECONDS.toNanos(50));

    private static final LeaseOptions LEASES = new LeaseOptions(
            TimeUnit.MILLISECONDS.toNanos(800),
            TimeUnit.MILLISECONDS.toNanos(100),
            LeaseOptions.DEFAULT.driftPpm(),
            TimeUnit.MILLISECONDS.toNanos(800),
            TimeUnit.SECONDS.toNanos(2),
            TimeUnit.SECONDS.toNanos(2),
            TimeUnit.MILLISECONDS.toNanos(300));

    private static final long PATIENCE_SECONDS = 20;

    private final Platform platform;
    private final List<String> names;
    private final UnaryOperator<Sinkron.Builder> options;
    private final Map<String, Sinkron> running = new TreeMap<>();
    private final Map<String, LongAdder> snapshotPieces = new TreeMap<>();

    /** @param options what the nodes are told beyond the times that fit tests */
    TestCluster(Platform platform, List<String> names, UnaryOperator<Sinkron.Builder> options) {
        this.platform = platform;
        this.names = List.copyOf(names);
        this.options = options;
    }

    /** Starts every node that doesn't run, and waits until all serve. */
    TestCluster startAll() throws Exception {
        for (String name : names) {
            if (!running.containsKey(name)) {
                open(name);
            }
        }
        for (String name : names) {
            awaitReady(name);
        }
        return this;
    }

    /** Starts a node and waits until it serves. */
    Sinkron start(String name) throws Exception {
        open(name);
        return awaitReady(name);
    }

    private void open(String name) throws IOException {
        NodeId id = NodeId.of(name);
        LongAdder pieces = new LongAdder();
        snapshotPieces.put(name, pieces);
        Sinkron.Builder builder = Sinkron.builder()
                .node(name)
                .peers(names)
                .raft(RAFT)
                .lease(LEASES)
                .transport(new CountingTransport(platform.transport(id), pieces))
                .logStore(platform.log(id));
        running.put(name, options.apply(builder).start());
        platform.started(id);
    }

    private Sinkron awaitReady(String name) throws Exception {
        Sinkron node = running.get(name);
        node.whenReady().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return node;
    }

    /** Stops a node at once. */
    void halt(String name) {
        running.remove(name).halt();
        platform.halted(NodeId.of(name));
    }

    /** A node that runs. */
    Sinkron node(String name) {
        return running.get(name);
    }

    /** All nodes that run, in order of their names. */
    List<Sinkron> nodes() {
        return List.copyOf(running.values());
    }

    /** The names of the nodes that run and aren't this one. */
    List<String> others(String name) {
        List<String> others = new ArrayList<>(running.keySet());
        others.remove(name);
        return others;
    }

    /** The name of the node that leads and that all running nodes take for their leader. */
    String leader() throws InterruptedException {
        await("there is one leader", () -> agreedLeader() != null);
        return agreedLeader();
    }

    private String agreedLeader() {
        String agreed = null;
        for (Sinkron node : running.values()) {
            NodeStatus status = node.cluster().status();
            String leader = status.leader().map(NodeId::value).orElse(null);
            boolean isSure = leader != null
                    && running.containsKey(leader)
                    && running.get(leader).cluster().status().role() == Role.LEADER;
            if (!isSure || agreed != null && !agreed.equals(leader)) {
                return null;
            }
            agreed = leader;
        }
        return agreed;
    }

    /** Waits until a node has applied all that the leader knows to be committed at present. */
    void awaitCaughtUp(String name) throws InterruptedException {
        long committed = node(leader()).cluster().status().commitIndex();
        await(name + " has caught up", () -> node(name).cluster().status().appliedIndex() >= committed);
    }

    /** Waits until the view of those that run goes on without a node that was halted, so that calls to them don't end as unknown for its sake. */
    void awaitOut(String name) throws InterruptedException {
        NodeId id = NodeId.of(name);
        await(
                name + " is out of the view",
                () -> running.values().stream()
                        .noneMatch(node ->
                                node.cluster().status().active().member(id).isPresent()));
    }

    /** How many pieces of snapshots have reached a node since its last start. */
    long snapshotPieces(String name) {
        return snapshotPieces.get(name).sum();
    }

    /** Waits until something holds. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited " + PATIENCE_SECONDS + " s until " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** The value of a call. */
    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        running.values().forEach(Sinkron::halt);
    }
}
