package io.sinkron.examples.cluster;

import static io.sinkron.examples.cluster.TestCluster.await;
import static io.sinkron.examples.cluster.TestCluster.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CallOptions;
import io.sinkron.LockRequest;
import io.sinkron.LockSession;
import io.sinkron.LockTimeoutException;
import io.sinkron.Sinkron;
import io.sinkron.SinkronException;
import io.sinkron.UnavailableException;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.LockViews;
import io.sinkron.node.NodeOptions;
import io.sinkron.queue.QueueBrokerOptions;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a cluster of three promises to those who use it, whatever it runs on. */
@Timeout(120)
abstract class ClusterSuite {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final List<String> NAMES = List.of("n1", "n2", "n3");
    private static final int KIB = 1024;

    private Platform platform;
    private TestCluster cluster;

    /** What to run on; the directory is the test's own. */
    protected abstract Platform platform(Path directory);

    @BeforeEach
    void findPlatform(@TempDir Path directory) {
        platform = platform(directory);
    }

    @AfterEach
    void haltAll() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private void start(UnaryOperator<Sinkron.Builder> options) throws Exception {
        cluster = new TestCluster(platform, NAMES, options).startAll();
    }

    @Test
    void whatOneNodeDoesEveryNodeSees() throws Exception {
        start(UnaryOperator.identity());
        for (String writer : NAMES) {
            for (String reader : NAMES) {
                Sinkron one = cluster.node(writer);
                Sinkron other = cluster.node(reader);
                String value = writer + " to " + reader;

                one.cache().put("key", value);
                assertEquals(value, other.cache().get("key").orElseThrow());

                one.queues().send("jobs", value.getBytes(StandardCharsets.UTF_8));
                Delivery delivery = other.queues().receive("jobs", 1, SECOND).get(0);
                assertEquals(value, delivery.body().asUtf8());
                assertTrue(one.queues().ack("jobs", delivery), "where it was received doesn't matter");

                try (LockSession first = one.locks().openSession();
                        LockSession second = other.locks().openSession()) {
                    Granted granted = first.lock("lock", SECOND);
                    assertThrows(LockTimeoutException.class, () -> second.lock("lock", Duration.ZERO));
                    CompletableFuture<Granted> waiting = second.acquire(
                                    LockRequest.exclusive("lock").waiting(Duration.ofSeconds(10)))
                            .toCompletableFuture();
                    first.unlock(granted);
                    assertTrue(get(waiting).token() > granted.token());
                }
            }
        }
    }

    @Test
    void theLeaderIsHaltedAndNothingAcknowledgedIsLost() throws Exception {
        start(UnaryOperator.identity());
        String leader = cluster.leader();
        List<String> survivors = cluster.others(leader);
        Sinkron one = cluster.node(survivors.get(0));
        Sinkron other = cluster.node(survivors.get(1));
        for (int i = 0; i < 30; i++) {
            cluster.node(NAMES.get(i % 3)).cache().put("key-" + i, "value-" + i);
        }
        try (LockSession session = one.locks().openSession();
                LockSession rival = other.locks().openSession()) {
            Granted held = session.lock("held", SECOND);
            Set<String> acknowledged;
            try (Sender sender = new Sender(other)) {
                acknowledged = sender.acknowledged;
                await("messages flow", () -> sender.acknowledged.size() >= 20);
                cluster.halt(leader);
                int before = acknowledged.size();
                await("messages flow again", () -> sender.acknowledged.size() >= before + 20);
            }
            assertThrows(LockTimeoutException.class, () -> rival.lock("held", Duration.ZERO));
            session.unlock(held);
            Granted next = rival.lock("held", Duration.ofSeconds(5));
            assertTrue(next.token() > held.token());
            assertAllKeys(one, 30);
            assertAllKeys(other, 30);

            Sinkron again = cluster.start(leader);
            cluster.awaitCaughtUp(leader);
            assertEquals(
                    next.token(),
                    get(again.locks().lockStale("held", CallOptions.DEFAULT))
                            .holders()
                            .get(0)
                            .token(),
                    "its own copy knows what happened while it was away");
            assertAllKeys(again, 30);
            Set<String> received = drain(again, "jobs");
            assertTrue(received.containsAll(acknowledged), "lost: " + minus(acknowledged, received));
        }
    }

    @Test
    void allNodesAreHaltedAndEverythingIsThereWhenTheyAreBack() throws Exception {
        start(UnaryOperator.identity());
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Sinkron node = cluster.node(NAMES.get(i % 3));
            sent.add("job-" + i);
            node.queues().send("jobs", ("job-" + i).getBytes(StandardCharsets.UTF_8));
            writeThrough(node, "key-" + i, "value-" + i);
        }
        Sinkron first = cluster.node("n1");
        String session = get(first.locks().createSession(Duration.ofSeconds(60), "", CallOptions.DEFAULT))
                .session();
        Granted held = get(first.locks().acquire(session, LockRequest.exclusive("held"), CallOptions.DEFAULT));

        NAMES.forEach(cluster::halt);
        cluster.startAll();

        for (Sinkron node : cluster.nodes()) {
            assertAllKeys(node, 30);
        }
        assertEquals(new TreeSet<>(sent), drain(cluster.node("n2"), "jobs"));
        Sinkron third = cluster.node("n3");
        try (LockSession rival = third.locks().openSession()) {
            assertThrows(LockTimeoutException.class, () -> rival.lock("held", Duration.ZERO));
            get(third.locks().release(session, LockRequest.DEFAULT_OWNER, "held", held.token(), CallOptions.DEFAULT));
            assertTrue(rival.lock("held", SECOND).token() > held.token());
        }
    }

    @Test
    void aNodeThatWasAwayWhileTheOthersCutTheirLogsCatchesUpBySnapshot() throws Exception {
        start(ClusterSuite::withSmallSnapshots);
        String away = cluster.others(cluster.leader()).get(0);
        cluster.halt(away);
        cluster.awaitOut(away);
        Sinkron busy = cluster.node(cluster.leader());
        Set<String> sent = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            String name = "job-" + i;
            sent.add(name);
            busy.queues().send("jobs", (name + " " + "x".repeat(16 * KIB)).getBytes(StandardCharsets.UTF_8));
        }
        String session = get(busy.locks().createSession(Duration.ofSeconds(60), "", CallOptions.DEFAULT))
                .session();
        Granted held = get(busy.locks().acquire(session, LockRequest.exclusive("held"), CallOptions.DEFAULT));

        cluster.start(away);
        cluster.awaitCaughtUp(away);
        assertTrue(cluster.snapshotPieces(away) > 0, "the log alone could not bring it up");
        assertHolds(away, held);

        cluster.halt(away);
        cluster.start(away);
        assertHolds(away, held);
        String next = cluster.others(away).get(0);
        cluster.halt(next);
        cluster.awaitOut(next);
        assertEquals(sent, drain(cluster.node(away), "jobs"), "it is half of the majority that is left");
    }

    @Test
    void overloadIsRefusedAsSuchAndWhatWasTakenIsThere() throws Exception {
        int bound = 100;
        start(builder -> withFewCalls(builder, bound));
        Sinkron node = cluster.node(cluster.others(cluster.leader()).get(0));
        Map<String, CompletionStage<?>> messages = new TreeMap<>();
        Map<String, CompletionStage<?>> locks = new TreeMap<>();
        try (LockSession session = node.locks().openSession()) {
            for (int i = 0; i < 20 * bound; i++) {
                List<NewMessage> one = List.of(NewMessage.of(Bytes.utf8("job-" + i)));
                messages.put("job-" + i, node.queues().enqueue("jobs", one, CallOptions.DEFAULT));
                locks.put("lock-" + i, session.acquire(LockRequest.exclusive("lock-" + i)));
            }
            Set<String> sent = taken(messages, bound);
            Set<String> locked = taken(locks, bound);

            node.queues().send("jobs", "afterwards".getBytes(StandardCharsets.UTF_8));
            sent.add("afterwards");
            session.lock("lock-afterwards", SECOND);
            locked.add("lock-afterwards");
            assertEquals(sent, drain(node, "jobs"));
            Set<String> held = new TreeSet<>();
            String next = "";
            do {
                LockViews page = get(node.locks().locks("lock-", next, 1_000, CallOptions.DEFAULT));
                page.locks().forEach(view -> held.add(view.lock()));
                next = page.next();
            } while (!next.isEmpty());
            assertEquals(locked, held);
        }
    }

    /** Those calls that were not refused; the others were refused for overload, and there were some of each. */
    private static Set<String> taken(Map<String, CompletionStage<?>> calls, int bound) throws Exception {
        Set<String> taken = new TreeSet<>();
        for (var call : calls.entrySet()) {
            try {
                get(call.getValue());
                taken.add(call.getKey());
            } catch (ExecutionException e) {
                UnavailableException full = assertInstanceOf(UnavailableException.class, e.getCause());
                Refusal.Overloaded refusal = assertInstanceOf(Refusal.Overloaded.class, full.refusal());
                assertEquals(bound, refusal.maximum(), refusal.detail());
                assertEquals(Refusal.Effect.NOT_APPLIED, full.effect());
            }
        }
        assertTrue(taken.size() >= bound, "taken: " + taken.size());
        assertTrue(taken.size() < calls.size(), "so many calls at once are too many");
        return taken;
    }

    private static Sinkron.Builder withFewCalls(Sinkron.Builder builder, int bound) {
        QueueBrokerOptions normal = QueueBrokerOptions.DEFAULT;
        return builder.limits(limits(bound, NodeOptions.Limits.DEFAULT.snapshotAfterBytes()))
                .queueOptions(new QueueBrokerOptions(
                        bound,
                        normal.maxPending(),
                        normal.maxParked(),
                        normal.maxQueues(),
                        normal.maxStoreCalls(),
                        normal.maxBatchOperations(),
                        normal.maxBatchBytes(),
                        normal.maxEarly(),
                        normal.maxRemembered(),
                        normal.rememberNanos(),
                        normal.resendNanos(),
                        normal.backoffNanos(),
                        normal.guardNanos(),
                        normal.moveHoldNanos()));
    }

    private static Sinkron.Builder withSmallSnapshots(Sinkron.Builder builder) {
        return builder.limits(limits(NodeOptions.Limits.DEFAULT.openCalls(), 256 * KIB))
                .raft(TestCluster.RAFT.withSnapshots(32 * KIB, 4, 8, 64 * KIB));
    }

    private static NodeOptions.Limits limits(int openCalls, long snapshotAfterBytes) {
        NodeOptions.Limits normal = NodeOptions.Limits.DEFAULT;
        return new NodeOptions.Limits(
                openCalls,
                normal.answerWindow(),
                normal.resendNanos(),
                normal.batchCommands(),
                normal.batchBytes(),
                normal.maxCommandBytes(),
                snapshotAfterBytes,
                normal.maxLogBytes());
    }

    private static void writeThrough(Sinkron node, String key, String value) throws Exception {
        get(node.cache()
                .put(
                        Bytes.utf8(key),
                        Bytes.utf8(value),
                        -1,
                        Duration.ZERO,
                        Durability.WRITE_THROUGH,
                        CallOptions.DEFAULT));
    }

    private static void assertAllKeys(Sinkron node, int count) {
        for (int i = 0; i < count; i++) {
            assertEquals("value-" + i, node.cache().get("key-" + i).orElse("nothing"), "key-" + i);
        }
    }

    private void assertHolds(String name, Granted held) throws Exception {
        cluster.awaitCaughtUp(name);
        var view = get(cluster.node(name).locks().lockStale(held.lock(), CallOptions.DEFAULT));
        assertEquals(held.token(), view.holders().get(0).token(), "by the node's own copy");
    }

    /** Takes and acknowledges messages until none is left; the first word of each. */
    private static Set<String> drain(Sinkron node, String queue) {
        Set<String> bodies = new TreeSet<>();
        while (true) {
            List<Delivery> deliveries = node.queues().receive(queue, 100, Duration.ofMillis(200));
            if (deliveries.isEmpty()) {
                return bodies;
            }
            for (Delivery delivery : deliveries) {
                bodies.add(delivery.body().asUtf8().split(" ", 2)[0]);
                assertTrue(node.queues().ack(queue, delivery));
            }
        }
    }

    private static Set<String> minus(Set<String> all, Set<String> some) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    /** Sends one message after the other until it is closed, and notes those that were acknowledged. */
    private static final class Sender implements AutoCloseable {
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final Thread thread;

        Sender(Sinkron node) {
            thread = new Thread(
                    () -> {
                        for (int i = 0; !isOver.get(); i++) {
                            try {
                                node.queues().send("jobs", ("job-" + i).getBytes(StandardCharsets.UTF_8));
                                acknowledged.add("job-" + i);
                            } catch (SinkronException e) {
                                // Not acknowledged: it may be there or not.
                            }
                        }
                    },
                    "sender");
            thread.start();
        }

        @Override
        public void close() {
            isOver.set(true);
            try {
                thread.join(TimeUnit.SECONDS.toMillis(20));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
