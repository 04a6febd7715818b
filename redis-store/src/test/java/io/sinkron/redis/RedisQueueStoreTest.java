package io.sinkron.redis;

import static io.sinkron.redis.StoreCalls.EPOCH;
import static io.sinkron.redis.StoreCalls.await;
import static io.sinkron.redis.StoreCalls.bodies;
import static io.sinkron.redis.StoreCalls.enqueue;
import static io.sinkron.redis.StoreCalls.receive;
import static io.sinkron.redis.StoreCalls.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only concerns Redis: keys, names, bytes, two stores at one queue. */
class RedisQueueStoreTest {
    private final String prefix = "test-" + UUID.randomUUID();
    private RedisStores mine;
    private RedisStores other;

    @BeforeEach
    void connect() throws IOException {
        RedisOptions options = RedisOptions.DEFAULT.withPrefix(prefix);
        mine = RedisStores.connect(SharedRedis.uri(), options);
        other = RedisStores.connect(SharedRedis.uri(), options.withConnections(3));
    }

    @AfterEach
    void close() {
        mine.close();
        other.close();
    }

    @Test
    void aReplacedOwnerIsRefused() throws Exception {
        QueueStore old = mine.queueStore();
        QueueStore successor = other.queueStore();
        run(old, "q", new QueueOp.Claim(), enqueue("a"));
        await(successor.execute("q", EPOCH + 1, List.of(new QueueOp.Claim())));
        assertEquals(List.of(new QueueAnswer.StaleEpoch(EPOCH + 1)), run(old, "q", receive(1)));
        assertEquals(List.of(new QueueAnswer.StaleEpoch(EPOCH + 1)), run(old, "q", new QueueOp.Claim()));
        assertEquals(
                List.of("a"),
                bodies(await(successor.execute("q", EPOCH + 1, List.of(receive(1))))
                        .get(0)));
    }

    @Test
    void aLostEpochShowsAsALowerOne() throws Exception {
        run(mine.queueStore(), "q", new QueueOp.Claim(), enqueue("a"));
        SharedRedis.process().command("HSET", prefix + ":{q}:meta", "epoch", "3");
        assertEquals(List.of(new QueueAnswer.StaleEpoch(3)), run(mine.queueStore(), "q", receive(1)));
        run(mine.queueStore(), "q", new QueueOp.Claim());
        assertEquals(
                List.of("a"), bodies(run(mine.queueStore(), "q", receive(1)).get(0)));
    }

    @Test
    void everyByteOfABodyComesBack() throws Exception {
        byte[] body = new byte[70_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        List<QueueAnswer> answers =
                run(mine.queueStore(), "q", new QueueOp.Claim(), enqueue(Bytes.wrap(body), Bytes.EMPTY), receive(2));
        List<QueueAnswer.Delivery> deliveries = ((QueueAnswer.Received) answers.get(2)).deliveries();
        assertEquals(Bytes.wrap(body), deliveries.get(0).body());
        assertEquals(Bytes.EMPTY, deliveries.get(1).body());
    }

    @Test
    void aThousandMessagesGoThroughOneOperation() throws Exception {
        Bytes[] thousand = new Bytes[1_000];
        Arrays.setAll(thousand, i -> Bytes.utf8("m" + i));
        QueueAnswer received = run(mine.queueStore(), "q", new QueueOp.Claim(), enqueue(thousand), receive(1_000))
                .get(2);
        assertEquals(1_000, bodies(received).size());
        assertEquals(
                List.of(new QueueAnswer.Acked(1_000, List.of())),
                run(mine.queueStore(), "q", StoreCalls.ackOf(received)));
    }

    @Test
    void namesThatWouldLeaveTheHashTagAreBarred() {
        for (String name : List.of("", "a{b", "}", "x".repeat(513))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> mine.queueStore().execute(name, EPOCH, List.of(new QueueOp.Stats())),
                    name);
        }
    }

    @Test
    void queuesAreListedWhoeverMadeAndDroppedThem() throws Exception {
        run(mine.queueStore(), "b", new QueueOp.Claim(), enqueue("x"));
        run(other.queueStore(), "a", new QueueOp.Claim(), enqueue("x"));
        run(other.queueStore(), "claimed-only", new QueueOp.Claim());
        assertEquals(List.of("a", "b"), await(mine.queueStore().queues()));
        run(mine.queueStore(), "b", new QueueOp.Drop());
        assertEquals(List.of("a"), await(other.queueStore().queues()));
        run(mine.queueStore(), "b", enqueue("x"));
        await(other.queueStore()
                .execute("b", EPOCH + 1, List.of(new QueueOp.Claim(), new QueueOp.Drop(), enqueue("y"))));
        assertEquals(List.of("a", "b"), await(mine.queueStore().queues()));
    }

    @Test
    void aDroppedQueueLeavesItsEpochForADayAndNothingElse() throws Exception {
        run(mine.queueStore(), "q", new QueueOp.Claim(), enqueue("x"), receive(1), new QueueOp.Drop());
        await(mine.queueStore().queues());
        String keys = SharedRedis.process().command("KEYS", prefix + ":*");
        assertTrue(keys.startsWith("*1\r\n") && keys.contains(":{q}:meta"), keys);
        assertEquals("*1\r\n$5\r\nepoch\r\n", SharedRedis.process().command("HKEYS", prefix + ":{q}:meta"));
        assertFalse(SharedRedis.process().command("PTTL", prefix + ":{q}:meta").startsWith(":-"));
        run(mine.queueStore(), "q", enqueue("x"));
        assertEquals(":-1\r\n", SharedRedis.process().command("PTTL", prefix + ":{q}:meta"));
    }

    @Test
    void anEmptiedQueueLeavesOnlyItsMeta() throws Exception {
        List<QueueAnswer> answers = run(mine.queueStore(), "q", new QueueOp.Claim(), enqueue("x", "y"), receive(2));
        run(mine.queueStore(), "q", StoreCalls.ackOf(answers.get(2)));
        String keys = SharedRedis.process().command("KEYS", prefix + ":{q}*");
        assertTrue(keys.startsWith("*1\r\n"), keys);
    }
}
