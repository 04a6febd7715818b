package io.sinkron.transport.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeEvent;
import io.sinkron.raft.RaftOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A leader that is closed hands over: nobody has to miss it for an election timeout first. */
class ClosingLeaderTest {
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(3);

    @Test
    @Timeout(60)
    void theNextLeaderIsThereBeforeAnElectionTimeoutHasPassed() throws Exception {
        InMemoryNetwork network = new InMemoryNetwork();
        List<Sinkron> nodes = new ArrayList<>();
        try {
            for (String id : List.of("n1", "n2", "n3")) {
                RaftOptions slow = RaftOptions.DEFAULT.withTimes(
                        ELECTION_TIMEOUT.toNanos(),
                        ELECTION_TIMEOUT.plusSeconds(1).toNanos(),
                        Duration.ofMillis(100).toNanos());
                nodes.add(Sinkron.builder()
                        .node(id)
                        .peers(List.of("n1", "n2", "n3"))
                        .transport(network.transport(NodeId.of(id)))
                        .volatileLog()
                        .raft(slow)
                        .start());
            }
            for (Sinkron node : nodes) {
                node.whenReady().toCompletableFuture().get(30, TimeUnit.SECONDS);
            }
            closeTheLeader(nodes);
        } finally {
            nodes.forEach(Sinkron::halt);
        }
    }

    private static void closeTheLeader(List<Sinkron> nodes) throws InterruptedException {
        NodeId old = nodes.get(0).cluster().status().leader().orElseThrow();
        Sinkron leader = nodes.stream()
                .filter(node -> node.cluster().status().self().equals(old))
                .findFirst()
                .orElseThrow();
        Sinkron other =
                nodes.stream().filter(node -> node != leader).findFirst().orElseThrow();
        long term = other.cluster().status().term();
        BlockingQueue<NodeEvent.LeaderChanged> changes = new LinkedBlockingQueue<>();
        other.cluster().subscribe(event -> {
            if (event instanceof NodeEvent.LeaderChanged change
                    && change.leader().isPresent()) {
                changes.add(change);
            }
        });
        long start = System.nanoTime();
        leader.close();
        NodeEvent.LeaderChanged next = changes.poll(20, TimeUnit.SECONDS);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertNotEquals(old, next.leader().orElseThrow());
        assertEquals(term + 1, next.term(), "nobody has campaigned in vain");
        assertTrue(took.compareTo(ELECTION_TIMEOUT) < 0, () -> "it took " + took);
    }
}
