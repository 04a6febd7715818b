package io.sinkron.redis;

import static io.sinkron.redis.StoreCalls.EPOCH;
import static io.sinkron.redis.StoreCalls.ackOf;
import static io.sinkron.redis.StoreCalls.await;
import static io.sinkron.redis.StoreCalls.bodies;
import static io.sinkron.redis.StoreCalls.enqueue;
import static io.sinkron.redis.StoreCalls.failureOf;
import static io.sinkron.redis.StoreCalls.receive;
import static io.sinkron.redis.StoreCalls.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueStore;
import io.sinkron.spi.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What a store does when Redis is away, forgets, is full, or has something else in our keys. */
class RedisFailuresTest {
    private static final RedisOptions QUICK =
            RedisOptions.DEFAULT.withTimeouts(Duration.ofSeconds(2), Duration.ofMillis(500));
    private static final String QUEUE = "q";

    private static QueueOp claim() {
        return new QueueOp.Claim();
    }

    @Test
    void aScriptThatRedisForgotIsSentAgainAlsoAmongOthersOnTheirWay() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                RedisStores stores = RedisStores.connect(redis.uri(), RedisOptions.DEFAULT)) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim());
            redis.command("SCRIPT", "FLUSH");
            List<CompletionStage<List<QueueAnswer>>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(store.execute(QUEUE, EPOCH, List.of(enqueue("m" + i))));
            }
            for (CompletionStage<List<QueueAnswer>> call : calls) {
                assertInstanceOf(QueueAnswer.Enqueued.class, await(call).get(0));
            }
            assertEquals(50, bodies(run(store, QUEUE, receive(100)).get(0)).size());
        }
    }

    @Test
    void aKilledRedisFailsCallsSoonAndLosesNothingAcknowledged() throws Exception {
        try (RedisProcess redis = RedisProcess.start("appendonly", "yes", "appendfsync", "always");
                RedisStores stores = RedisStores.connect(redis.uri(), QUICK)) {
            QueueStore store = stores.queueStore();
            assertEquals(List.of(), stores.durabilityWarnings());
            run(store, QUEUE, claim());
            List<String> acknowledged = new ArrayList<>();
            List<CompletionStage<List<QueueAnswer>>> calls = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                if (i == 200) {
                    await(calls.get(20));
                    redis.kill();
                }
                calls.add(store.execute(QUEUE, EPOCH, List.of(enqueue("m" + i))));
            }
            int failed = 0;
            for (int i = 0; i < calls.size(); i++) {
                try {
                    await(calls.get(i));
                    acknowledged.add("m" + i);
                } catch (ExecutionException e) {
                    assertInstanceOf(StoreException.class, e.getCause());
                    failed++;
                }
            }
            assertTrue(failed >= 100 && acknowledged.size() > 20, failed + " failed");
            assertFalse(failureOf(store.execute(QUEUE, EPOCH, List.of(enqueue("away"))))
                    .isMaybeApplied());

            redis.restart();
            List<String> kept = bodies(untilItAnswers(store, receive(1_000)).get(0));
            assertTrue(kept.containsAll(acknowledged), "lost: " + acknowledged + " of " + kept);
            assertEquals(kept.size(), kept.stream().distinct().count(), "nothing is stored twice");
            run(store, QUEUE, enqueue("after"));
            assertEquals(List.of("after"), bodies(run(store, QUEUE, receive(10)).get(0)));
        }
    }

    /** The connection comes back by itself, some time after Redis has. */
    private static List<QueueAnswer> untilItAnswers(QueueStore store, QueueOp operation) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            try {
                return await(store.execute(QUEUE, EPOCH, List.of(operation)));
            } catch (ExecutionException e) {
                assertFalse(assertInstanceOf(StoreException.class, e.getCause()).isMaybeApplied(), e.getMessage());
                assertTrue(System.nanoTime() < end, "the connection did not come back");
            }
        }
    }

    @Test
    void aRedisThatHangsEndsCallsByTheirTimeoutAndTheyAreNotRepeated() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                RedisStores stores = RedisStores.connect(redis.uri(), QUICK)) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim(), enqueue("before"));
            redis.pause();
            assertTrue(failureOf(store.execute(QUEUE, EPOCH, List.of(enqueue("late"))))
                    .isMaybeApplied());
            assertTrue(failureOf(store.queues()).isMaybeApplied());
            redis.resume();
            assertEquals(
                    List.of("before", "late"),
                    bodies(run(store, QUEUE, receive(10)).get(0)));
        }
    }

    @Test
    void aLostConnectionLosesOrDoesEachCallOnce() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                RedisStores stores = RedisStores.connect(redis.uri(), QUICK)) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim());
            List<CompletionStage<List<QueueAnswer>>> calls = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                if (i % 100 == 50) {
                    redis.command("CLIENT", "KILL", "TYPE", "normal");
                }
                calls.add(store.execute(QUEUE, EPOCH, List.of(enqueue("m" + i))));
            }
            List<String> done = new ArrayList<>();
            List<String> notDone = new ArrayList<>();
            for (int i = 0; i < calls.size(); i++) {
                try {
                    await(calls.get(i));
                    done.add("m" + i);
                } catch (ExecutionException e) {
                    if (!((StoreException) e.getCause()).isMaybeApplied()) {
                        notDone.add("m" + i);
                    }
                }
            }
            List<String> stored = bodies(untilItAnswers(store, receive(1_000)).get(0));
            assertEquals(stored.size(), stored.stream().distinct().count(), "a call was done twice");
            assertTrue(stored.containsAll(done), "a call that was answered isn't done");
            assertTrue(notDone.stream().noneMatch(stored::contains), "a call that surely wasn't done is done");
        }
    }

    @Test
    void moreCallsThanTheBoundAreRefusedAtOnce() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                RedisStores stores = RedisStores.connect(redis.uri(), QUICK.withBounds(10, 100, 65_536))) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim(), enqueue("first"));
            redis.pause();
            List<CompletionStage<List<QueueAnswer>>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(store.execute(QUEUE, EPOCH, List.of(enqueue("m"))));
            }
            CompletionStage<List<QueueAnswer>> tooMany = store.execute(QUEUE, EPOCH, List.of(enqueue("m")));
            assertTrue(tooMany.toCompletableFuture().isDone());
            assertFalse(failureOf(tooMany).isMaybeApplied());
            redis.resume();
            for (CompletionStage<List<QueueAnswer>> call : calls) {
                await(call);
            }
        }
    }

    @Test
    void aFullRedisRefusesMessagesAndTakesAcks() throws Exception {
        try (RedisProcess redis = RedisProcess.start("maxmemory", "8mb", "maxmemory-policy", "noeviction");
                RedisStores stores = RedisStores.connect(redis.uri(), RedisOptions.DEFAULT)) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim());
            Bytes large = Bytes.wrap(new byte[200_000]);
            long stored = 0;
            QueueAnswer answer = run(store, QUEUE, enqueue(large)).get(0);
            while (answer instanceof QueueAnswer.Enqueued && stored < 100) {
                stored++;
                answer = run(store, QUEUE, enqueue(large)).get(0);
            }
            assertEquals(new QueueAnswer.QueueFull(stored), answer);

            redis.command(
                    "CONFIG", "SET", "maxmemory", "1"); // or else what was freed in between would do for a small one
            List<QueueAnswer> mixed = run(store, QUEUE, receive(10), enqueue("refused"), new QueueOp.Stats());
            assertInstanceOf(QueueAnswer.QueueFull.class, mixed.get(1));
            assertEquals(10, ((QueueAnswer.Counted) mixed.get(2)).inFlight());
            assertEquals(
                    List.of(new QueueAnswer.Claimed(EPOCH + 1)),
                    await(store.execute(QUEUE, EPOCH + 1, List.of(claim()))),
                    "a new owner can take over");
            assertEquals(
                    List.of(new QueueAnswer.Acked(10, List.of())),
                    await(store.execute(QUEUE, EPOCH + 1, List.of(ackOf(mixed.get(0))))));
            redis.command("CONFIG", "SET", "maxmemory", "8mb");
            assertInstanceOf(
                    QueueAnswer.Enqueued.class,
                    await(store.execute(QUEUE, EPOCH + 1, List.of(enqueue("fits"))))
                            .get(0));
        }
    }

    @Test
    void somethingElseInAKeyIsAFailureThatSaysSo() throws Exception {
        String prefix = "garbage";
        try (RedisStores stores = RedisStores.connect(SharedRedis.uri(), QUICK.withPrefix(prefix))) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim(), enqueue("a"));
            for (String suffix : List.of("meta", "body", "ready", "flight")) {
                String key = prefix + ":{" + QUEUE + "}:" + suffix;
                SharedRedis.process().command("RENAME", key, key + "-kept");
                SharedRedis.process().command("SET", key, "garbage");
                StoreException failure = failureOf(store.execute(QUEUE, EPOCH, List.of(enqueue("b"), receive(1))));
                assertTrue(failure.getMessage().contains("WRONGTYPE"), failure.getMessage());
                SharedRedis.process().command("DEL", key);
                SharedRedis.process().command("RENAME", key + "-kept", key);
            }
            assertInstanceOf(
                    QueueAnswer.Received.class, run(store, QUEUE, receive(1)).get(0));
        }
    }

    @Test
    void aMessageThatSomebodyDeletedIsPassedOver() throws Exception {
        String prefix = "ghosts";
        try (RedisStores stores = RedisStores.connect(SharedRedis.uri(), QUICK.withPrefix(prefix))) {
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim(), enqueue("a", "gone", "b"));
            SharedRedis.process().command("HDEL", prefix + ":{" + QUEUE + "}:body", "000000000002");
            assertEquals(
                    List.of("a", "b"), bodies(run(store, QUEUE, receive(10)).get(0)));
        }
    }

    @Test
    void aClosedStoreRefusesAndFailsWhatWasUnderWay() throws Exception {
        try (RedisProcess redis = RedisProcess.start()) {
            RedisStores stores = RedisStores.connect(redis.uri(), RedisOptions.DEFAULT);
            QueueStore store = stores.queueStore();
            run(store, QUEUE, claim());
            redis.pause();
            CompletionStage<List<QueueAnswer>> underWay = store.execute(QUEUE, EPOCH, List.of(enqueue("a")));
            stores.close();
            stores.close();
            assertTrue(failureOf(underWay).isMaybeApplied());
            assertFalse(failureOf(store.execute(QUEUE, EPOCH, List.of(enqueue("b"))))
                    .isMaybeApplied());
        }
    }

    @Test
    void noRedisIsSaidInOneLineWithoutThePassword() throws Exception {
        IOException failure =
                assertThrows(IOException.class, () -> RedisStores.connect("redis://user:secret@127.0.0.1:1", QUICK));
        assertTrue(failure.getMessage().contains("127.0.0.1"), failure.getMessage());
        assertFalse(failure.getMessage().contains("secret"), failure.getMessage());
        assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
    }

    @Test
    void aPasswordThatIsWrongIsSaid() throws Exception {
        try (RedisProcess redis = RedisProcess.start()) {
            redis.command("CONFIG", "SET", "requirepass", "right");
            IOException failure = assertThrows(
                    IOException.class, () -> RedisStores.connect(redis.uri().replace("//", "//:wrong@"), QUICK));
            assertTrue(failure.getMessage().contains("WRONGPASS"), failure.getMessage());
        }
    }

    @Test
    void whatEndangersMessagesIsSaidAtTheStart() throws Exception {
        try (RedisProcess redis = RedisProcess.start("maxmemory-policy", "allkeys-lru")) {
            try (RedisStores stores = RedisStores.connect(redis.uri(), QUICK)) {
                assertEquals(
                        2,
                        stores.durabilityWarnings().size(),
                        stores.durabilityWarnings().toString());
            }
            redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
            redis.command("CONFIG", "SET", "appendonly", "yes");
            redis.command("CONFIG", "SET", "appendfsync", "everysec");
            try (RedisStores stores = RedisStores.connect(redis.uri(), QUICK)) {
                assertEquals(1, stores.durabilityWarnings().size());
                assertTrue(stores.durabilityWarnings().get(0).contains("up to a second"));
            }
        }
    }

    @Test
    void withoutItsReplicasAWriteIsNotConfirmed() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                RedisStores stores = RedisStores.connect(redis.uri(), QUICK.withReplicas(1, Duration.ofMillis(50)))) {
            StoreException failure = failureOf(stores.queueStore().execute(QUEUE, EPOCH, List.of(claim())));
            assertTrue(failure.isMaybeApplied());
            assertTrue(failure.getMessage().contains("0 of 1"), failure.getMessage());
        }
    }

    @Test
    void withItsReplicasAWriteIsConfirmed() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                RedisProcess replica = RedisProcess.start();
                RedisStores stores = RedisStores.connect(redis.uri(), QUICK.withReplicas(1, Duration.ofMillis(400)))) {
            replica.command("REPLICAOF", "127.0.0.1", redis.port());
            QueueStore store = stores.queueStore();
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!replica.command("INFO", "replication").contains("master_link_status:up")) {
                assertTrue(System.nanoTime() < end, "the replica did not connect");
            }
            run(store, QUEUE, claim(), enqueue("a"));
            assertEquals(":1\r\n", replica.command("HLEN", "sinkron:{" + QUEUE + "}:body"));
            try (RedisStores wrong = RedisStores.connect(replica.uri(), QUICK)) {
                StoreException failure = failureOf(wrong.queueStore().execute(QUEUE, EPOCH, List.of(enqueue("b"))));
                assertTrue(failure.getMessage().contains("READONLY"), failure.getMessage());
                assertFalse(failure.isMaybeApplied());
            }
        }
    }

    @Test
    void theUserThatTheManualDescribesMayDoAll() throws Exception {
        try (RedisProcess redis = RedisProcess.start()) {
            redis.command(
                    ("ACL SETUSER sinkron on >secret ~sinkron:* +@read +@write +@scripting +@connection +wait +time"
                                    + " +config|get")
                            .split(" "));
            try (RedisStores stores =
                    RedisStores.connect(redis.uri().replace("//", "//sinkron:secret@"), RedisOptions.DEFAULT)) {
                QueueStore store = stores.queueStore();
                List<QueueAnswer> answers = run(store, QUEUE, claim(), enqueue("a"), receive(1), new QueueOp.Drop());
                assertEquals(new QueueAnswer.Done(), answers.get(3));
                assertEquals(List.of(), await(store.queues()));
            }
        }
    }
}
