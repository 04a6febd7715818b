package io.sinkron.benchmarks;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftOptions;
import io.sinkron.raft.Role;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Three Raft machines that agree on batches of small entries, without network or disk: the machine's own cost for an entry, all three nodes' together. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RaftStep {
    private static final int BATCH = 128;
    private static final int COMPACT_EVERY = 100_000;
    private static final Bytes PAYLOAD = Bytes.wrap(new byte[100]);

    private final Map<NodeId, Raft> nodes = new HashMap<>();
    private Raft leader;
    private long now;
    private long compacted;

    /** Elects a leader. */
    @Setup(Level.Iteration)
    public void setUp() {
        nodes.clear();
        compacted = 0;
        now = 0;
        List<NodeId> voters = List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));
        Configuration founding = Configuration.founding(voters, Map.of());
        LogStore.Recovered empty = new LogStore.Recovered(1, HardState.INITIAL, Optional.empty(), List.of());
        for (NodeId voter : voters) {
            SplittableRandom random = new SplittableRandom(voter.hashCode());
            nodes.put(voter, new Raft(RaftOptions.DEFAULT, voter, founding, empty, random, now));
        }
        while (nodes.values().stream().noneMatch(Raft::isReadyLeader)) {
            now += 10_000_000;
            nodes.values().forEach(node -> node.tick(now));
            settle();
        }
        leader = nodes.values().stream()
                .filter(node -> node.role() == Role.LEADER)
                .findFirst()
                .orElseThrow();
    }

    private void settle() {
        boolean isMoving = true;
        while (isMoving) {
            isMoving = false;
            for (Map.Entry<NodeId, Raft> node : nodes.entrySet()) {
                while (node.getValue().hasEffects()) {
                    isMoving = true;
                    deliver(node.getKey(), node.getValue(), node.getValue().effects());
                }
            }
        }
    }

    private void deliver(NodeId from, Raft node, RaftEffects effects) {
        effects.write().ifPresent(write -> node.persisted(write.sequence(), now));
        for (RaftEffects.Outgoing message : new ArrayList<>(effects.messages())) {
            nodes.get(message.to()).receive(from, message.message(), now);
        }
    }

    /** One entry, proposed in batches of 128, replicated, durable everywhere (at once) and committed. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long replicate() {
        now += 1_000;
        for (int i = 0; i < BATCH; i++) {
            leader.propose(PAYLOAD, 0, now);
        }
        settle();
        if (leader.appliedIndex() - compacted > COMPACT_EVERY) {
            compacted = leader.appliedIndex();
            nodes.values().forEach(node -> node.compact(node.appliedIndex(), PAYLOAD, now));
            settle();
        }
        return leader.commitIndex();
    }
}
