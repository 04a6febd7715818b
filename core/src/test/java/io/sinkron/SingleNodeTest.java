package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.Bytes;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole library with its real threads, as a cluster of one. */
@Timeout(30)
class SingleNodeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private Sinkron node;

    @BeforeEach
    void start() throws Exception {
        node = Sinkron.builder().node("n1").volatileLog().start();
        node.whenReady().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aLockExcludesAnotherOwnerUntilItIsReleased() {
        try (LockSession session = node.locks().openSession();
                LockSession other = node.locks().openSession()) {
            Granted granted = session.lock("a", SECOND);
            assertThrows(LockTimeoutException.class, () -> other.lock("a", Duration.ZERO));
            CompletableFuture<Granted> waiting = other.acquire(
                            LockRequest.exclusive("a").waiting(Duration.ofSeconds(10)))
                    .toCompletableFuture();
            session.unlock(granted);
            Granted next = waiting.join();
            assertTrue(next.token() > granted.token());
            assertThrows(NotHolderException.class, () -> session.unlock(granted));
        }
    }

    @Test
    void aWaitThatRunsOutTellsWhoHolds() {
        try (LockSession session = node.locks().openSession();
                LockSession other = node.locks().openSession()) {
            session.lock("a", SECOND);
            LockTimeoutException busy =
                    assertThrows(LockTimeoutException.class, () -> other.lock("a", Duration.ofMillis(100)));
            assertTrue(busy.getMessage().contains("holders: 1"), busy.getMessage());
        }
    }

    @Test
    void aCycleIsRefusedWithTheWholeCycle() {
        try (LockSession session = node.locks().openSession()) {
            acquire(session, "a", "left");
            acquire(session, "b", "right");
            CompletableFuture<Granted> leftWaits = session.acquire(
                            LockRequest.exclusive("b").as("left").waiting(Duration.ofSeconds(20)))
                    .toCompletableFuture();
            CompletionException refused = assertThrows(
                    CompletionException.class,
                    () -> session.acquire(LockRequest.exclusive("a").as("right").waiting(SECOND))
                            .toCompletableFuture()
                            .join());
            DeadlockException deadlock = assertInstanceOf(DeadlockException.class, refused.getCause());
            assertEquals(
                    List.of("right", "left"),
                    deadlock.cycle().stream().map(step -> step.owner().name()).toList());
            leftWaits.cancel(true);
        }
    }

    private static void acquire(LockSession session, String lock, String owner) {
        session.acquire(LockRequest.exclusive(lock).as(owner))
                .toCompletableFuture()
                .join();
    }

    @Test
    void aCancelledWaitHoldsNothing() throws Exception {
        try (LockSession session = node.locks().openSession();
                LockSession other = node.locks().openSession()) {
            Granted granted = session.lock("a", SECOND);
            CompletableFuture<Granted> waiting = other.acquire(
                            LockRequest.exclusive("a").waiting(Duration.ofSeconds(10)))
                    .toCompletableFuture();
            waiting.cancel(true);
            session.unlock(granted);
            Granted again = session.lock("a", SECOND);
            assertTrue(again.token() > granted.token());
        }
    }

    @Test
    void aGrantThatIsGivenBackIsForgottenWithItsKey() throws Exception {
        String session = node.locks()
                .createSession(Duration.ofSeconds(60), "", CallOptions.DEFAULT)
                .toCompletableFuture()
                .get()
                .session();
        CallOptions keyed = CallOptions.DEFAULT.idempotent("once");
        var acquire = node.locks().acquire(session, LockRequest.exclusive("a"), keyed);
        long token = acquire.toCompletableFuture().get().token();
        node.locks().giveBack(acquire);
        try (LockSession other = node.locks().openSession()) {
            Granted between = other.lock("a", Duration.ofSeconds(5));
            other.unlock(between);
            assertTrue(between.token() > token);
        }
        Granted again = node.locks()
                .acquire(session, LockRequest.exclusive("a"), keyed)
                .toCompletableFuture()
                .get();
        assertTrue(again.token() > token);
    }

    @Test
    void aClosedSessionReleasesItsLocksAtOnce() {
        LockSession session = node.locks().openSession();
        session.lock("a", SECOND);
        session.close();
        assertFalse(session.isValid());
        try (LockSession other = node.locks().openSession()) {
            other.lock("a", Duration.ZERO);
        }
    }

    @Test
    void aSessionThatNobodyKeepsAliveEnds() throws Exception {
        String id = node.locks()
                .createSession(SECOND, "", CallOptions.DEFAULT)
                .toCompletableFuture()
                .get()
                .session();
        CompletableFuture<Granted> held = node.locks()
                .acquire(id, LockRequest.exclusive("a"), CallOptions.DEFAULT)
                .toCompletableFuture();
        held.get();
        try (LockSession other = node.locks().openSession()) {
            other.lock("a", Duration.ofSeconds(5));
        }
        ExecutionException over = assertThrows(
                ExecutionException.class,
                () -> node.locks()
                        .keepAlive(id, CallOptions.DEFAULT)
                        .toCompletableFuture()
                        .get());
        assertInstanceOf(SessionExpiredException.class, over.getCause());
    }

    @Test
    void aThreadLockIsReentrantForItsThreadAndExcludesOthers() throws Exception {
        try (LockSession session = node.locks().openSession()) {
            Lock lock = session.asLock("a");
            lock.lock();
            lock.lock();
            assertFalse(CompletableFuture.supplyAsync(lock::tryLock).get());
            lock.unlock();
            assertFalse(CompletableFuture.supplyAsync(lock::tryLock).get());
            lock.unlock();
            assertTrue(CompletableFuture.supplyAsync(() -> {
                        boolean isHeld = lock.tryLock();
                        lock.unlock();
                        return isHeld;
                    })
                    .get());
            assertThrows(IllegalMonitorStateException.class, lock::unlock);
        }
    }

    @Test
    void aMessageComesOnceAndIsGoneWhenAcknowledged() {
        String id = node.queues().send("mails", "hello".getBytes(StandardCharsets.UTF_8));
        List<Delivery> received = node.queues().receive("mails", 10, SECOND);
        assertEquals(List.of(id), received.stream().map(Delivery::id).toList());
        assertEquals("hello", received.get(0).body().asUtf8());
        assertTrue(node.queues().ack("mails", received.get(0)));
        assertFalse(node.queues().ack("mails", received.get(0)));
        assertEquals(List.of(), node.queues().receive("mails", 10, Duration.ZERO));
    }

    @Test
    void aWaitingConsumerIsWokenByAnEnqueue() throws Exception {
        CompletableFuture<List<Delivery>> waiting = node.queues()
                .dequeue("mails", 1, Duration.ofSeconds(20), Duration.ZERO, "", CallOptions.DEFAULT)
                .toCompletableFuture();
        node.queues().send("mails", new byte[] {1});
        assertEquals(1, waiting.get(5, TimeUnit.SECONDS).size());
    }

    @Test
    void anUnacknowledgedMessageComesAgain() {
        node.queues().send("mails", new byte[] {1});
        Delivery first = node.queues()
                .dequeue("mails", 1, SECOND, SECOND, "", CallOptions.DEFAULT)
                .toCompletableFuture()
                .join()
                .get(0);
        Delivery second =
                node.queues().receive("mails", 1, Duration.ofSeconds(10)).get(0);
        assertEquals(first.id(), second.id());
        assertEquals(2, second.deliveries());
        assertFalse(node.queues().ack("mails", first));
        assertTrue(node.queues().ack("mails", second));
    }

    @Test
    void theEndOfItsSessionReturnsAConsumersDeliveriesAtOnce() {
        node.queues().send("mails", new byte[] {1});
        LockSession session = node.locks().openSession();
        Delivery first = node.queues()
                .dequeue("mails", 1, SECOND, Duration.ofHours(1), session.id(), CallOptions.DEFAULT)
                .toCompletableFuture()
                .join()
                .get(0);
        session.close();
        Delivery second =
                node.queues().receive("mails", 1, Duration.ofSeconds(5)).get(0);
        assertEquals(first.id(), second.id());
    }

    @Test
    void aConsumerWhoseSessionIsUnknownGetsNothing() {
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> node.queues()
                        .dequeue("mails", 1, SECOND, Duration.ZERO, "no-such-session", CallOptions.DEFAULT)
                        .toCompletableFuture()
                        .join());
        assertInstanceOf(SessionExpiredException.class, refused.getCause());
    }

    @Test
    void anEnqueueRepeatedWithItsKeyHasOneEffect() throws Exception {
        CallOptions once = CallOptions.DEFAULT.idempotent("once");
        NewMessage message = NewMessage.of(Bytes.utf8("x"));
        var first = node.queues()
                .enqueue("q", List.of(message), once)
                .toCompletableFuture()
                .get();
        var second = node.queues()
                .enqueue("q", List.of(message), once)
                .toCompletableFuture()
                .get();
        assertEquals(first, second);
        assertEquals(1, node.queues().receive("q", 10, Duration.ZERO).size());
    }

    @Test
    void theCacheReadsWhatWasWritten() {
        long version = node.cache().put("k", "one");
        assertEquals(Optional.of("one"), node.cache().get("k"));
        assertTrue(node.cache().put("k", "two") > version);
        assertEquals(Optional.of("two"), node.cache().get("k"));
        assertTrue(node.cache().delete("k"));
        assertEquals(Optional.empty(), node.cache().get("k"));
        assertFalse(node.cache().delete("k"));
    }

    @Test
    void aCacheIsReadInEveryMode() {
        Bytes key = Bytes.utf8("mode");
        for (ReadMode mode : ReadMode.values()) {
            assertNull(node.cache().getIfLocal(key, mode));
            assertEquals(
                    Optional.empty(),
                    node.cache()
                            .get(key, mode, CallOptions.DEFAULT)
                            .toCompletableFuture()
                            .join());
        }
        node.cache().put("mode", "v");
        for (ReadMode mode : ReadMode.values()) {
            assertFalse(node.cache().getIfLocal(key, mode).isStale());
            assertTrue(node.cache()
                    .get(key, mode, CallOptions.DEFAULT)
                    .toCompletableFuture()
                    .join()
                    .get()
                    .hit());
        }
    }

    @Test
    void aConditionalWriteOfAnotherVersionIsRefused() {
        long version = node.cache().put("k", "one");
        Bytes key = Bytes.utf8("k");
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> node.cache()
                        .put(
                                key,
                                Bytes.utf8("x"),
                                version + 1,
                                Duration.ZERO,
                                Durability.BACKED_UP,
                                CallOptions.DEFAULT)
                        .toCompletableFuture()
                        .join());
        assertInstanceOf(VersionMismatchException.class, refused.getCause());
        node.cache()
                .put(key, Bytes.utf8("y"), version, Duration.ZERO, Durability.BACKED_UP, CallOptions.DEFAULT)
                .toCompletableFuture()
                .join();
        assertEquals(Optional.of("y"), node.cache().get("k"));
    }

    @Test
    void aBadArgumentIsRefusedByName() {
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> node.locks()
                        .createSession(Duration.ofMillis(5), "", CallOptions.DEFAULT)
                        .toCompletableFuture()
                        .join());
        assertEquals(
                "ttl_ms is 5, allowed are 1000 to 3600000", refused.getCause().getMessage());
    }

    @Test
    void aStoppedNodeRefusesAtOnce() {
        node.close();
        assertThrows(UnavailableException.class, () -> node.queues().send("q", new byte[0]));
    }

    @Test
    void aNodeOnDiskComesBackWithEverything(@TempDir Path directory) throws Exception {
        long token;
        try (Sinkron durable =
                Sinkron.builder().node("d1").dataDirectory(directory).start()) {
            durable.whenReady().toCompletableFuture().get(10, TimeUnit.SECONDS);
            String session = durable.locks()
                    .createSession(Duration.ofSeconds(60), "", CallOptions.DEFAULT)
                    .toCompletableFuture()
                    .get()
                    .session();
            token = durable.locks()
                    .acquire(session, LockRequest.exclusive("a"), CallOptions.DEFAULT)
                    .toCompletableFuture()
                    .get()
                    .token();
            durable.queues().send("q", new byte[] {7});
            durable.cache().put("k", "v");
        }
        try (Sinkron durable =
                Sinkron.builder().node("d1").dataDirectory(directory).start()) {
            durable.whenReady().toCompletableFuture().get(10, TimeUnit.SECONDS);
            var lock = durable.locks()
                    .lock("a", CallOptions.DEFAULT)
                    .toCompletableFuture()
                    .get();
            assertEquals(token, lock.holders().get(0).token());
            assertEquals(
                    7,
                    durable.queues()
                            .receive("q", 1, Duration.ZERO)
                            .get(0)
                            .body()
                            .at(0));
            assertEquals(Optional.of("v"), durable.cache().get("k"));
        }
    }
}
