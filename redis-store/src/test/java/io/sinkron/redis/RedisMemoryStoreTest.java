package io.sinkron.redis;

import static io.sinkron.redis.StoreCalls.await;
import static io.sinkron.redis.StoreCalls.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.MemoryTable;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryStore;
import io.sinkron.spi.MemoryValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cache's memory against the reference table, and how long Redis remembers what isn't there. */
class RedisMemoryStoreTest {
    private static final int ROUNDS = 300;
    private static final Bytes KEY = Bytes.utf8("k");

    private final String prefix = "memory-" + UUID.randomUUID();
    private RedisStores stores;
    private MemoryStore memory;

    @BeforeEach
    void connect() throws IOException {
        stores = RedisStores.connect(SharedRedis.uri(), RedisOptions.DEFAULT.withPrefix(prefix));
        memory = stores.memoryStore();
    }

    @AfterEach
    void close() {
        stores.close();
    }

    @Test
    void redisAnswersAsTheReferenceDoes() throws Exception {
        MemoryTable reference = new MemoryTable();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < ROUNDS; i++) {
            List<MemoryOp> operations = new ArrayList<>();
            for (int n = 1 + random.nextInt(20); n > 0; n--) {
                operations.add(operation(random, i / 10));
            }
            List<MemoryAnswer> expected =
                    operations.stream().map(reference::apply).toList();
            assertEquals(expected, await(memory.execute(operations)), operations.toString());
        }
    }

    private static MemoryOp operation(SplittableRandom random, int era) {
        Bytes key = Bytes.wrap(new byte[] {(byte) random.nextInt(-2, 3), '}', 0, -1});
        long epoch = Math.max(0, era + random.nextInt(-2, 3));
        if (random.nextInt(3) == 0) {
            return new MemoryOp.GetFenced(key, epoch);
        }
        boolean isDeleted = random.nextInt(4) == 0;
        byte[] value = new byte[isDeleted ? 0 : random.nextInt(30)];
        random.nextBytes(value);
        List<MemoryValue.RecentWrite> recent = random.nextInt(3) > 0
                ? List.of()
                : List.of(new MemoryValue.RecentWrite("ä", random.nextLong(), 1 + random.nextInt(9), isDeleted, 5));
        long version = (epoch << 32) + random.nextInt(20);
        return new MemoryOp.PutIfNewer(
                key, epoch, new MemoryValue(version, isDeleted, Bytes.wrap(value), random.nextInt(2) * 99L, recent));
    }

    @Test
    void versionsJustBelowTheBoundAreComparedExactly() throws Exception {
        long top = (1L << 53) - 1;
        assertEquals(List.of(new MemoryAnswer.Stored(top - 1)), put(value(top - 1, false, 0)));
        assertEquals(List.of(new MemoryAnswer.Stored(top)), put(value(top, false, 0)));
        assertEquals(List.of(new MemoryAnswer.Stored(top)), put(value(top - 1, false, 0)));
    }

    @Test
    void onlyWhatIsNotThereIsForgottenAfterItsTime() throws Exception {
        await(memory.execute(List.of(new MemoryOp.GetFenced(KEY, 1))));
        assertTrue(ttl() > 86_000_000 && ttl() <= 86_400_000, "a fence of a key never written");
        put(value(1, false, 0));
        assertEquals(-1, ttl(), "a value stays");
        put(value(2, true, 0));
        assertTrue(ttl() > 86_000_000 && ttl() <= 86_400_000, "a tombstone");
        put(value(3, false, System.currentTimeMillis() + 50_000_000));
        assertTrue(ttl() > 136_000_000 && ttl() <= 136_401_000, "a value that expires, and as long again");
        put(value(4, false, 1));
        assertTrue(ttl() > 86_000_000, "a value that expired long ago by this clock is kept as long as a tombstone");
        put(value(5, false, 0));
        assertEquals(-1, ttl());
    }

    @Test
    void aSweepTakesARangeOfKeysAndNothingElse() throws Exception {
        List<Bytes> keys = new ArrayList<>();
        for (byte[] key : new byte[][] {{0, 3}, {0, 3, '*'}, {0, 3, -1, '?'}, {0, 3, 5, '[', 7}, {0, 3, 5}}) {
            keys.add(Bytes.wrap(key));
        }
        for (int i = 0; i < 3_000; i++) {
            keys.add(Bytes.wrap(new byte[] {0, (byte) (2 + i % 3), (byte) i, (byte) (i >> 8)}));
        }
        List<MemoryOp> puts = new ArrayList<>();
        keys.forEach(key -> puts.add(new MemoryOp.PutIfNewer(key, 7, value(7L << 32, false, 0))));
        for (int i = 0; i < puts.size(); i += 500) {
            await(memory.execute(puts.subList(i, Math.min(puts.size(), i + 500))));
        }
        Bytes from = Bytes.wrap(new byte[] {0, 3, 5});
        Bytes to = Bytes.wrap(new byte[] {0, 4, 0, 1});
        long expected = keys.stream()
                .distinct()
                .filter(key -> key.compareTo(from) >= 0 && key.compareTo(to) < 0)
                .count();
        int removed = 0;
        int steps = 0;
        String cursor = "";
        do {
            MemoryAnswer.Swept step =
                    (MemoryAnswer.Swept) await(memory.execute(List.of(new MemoryOp.Sweep(from, to, cursor, 100))))
                            .get(0);
            removed += step.removed();
            cursor = step.cursor();
            steps++;
        } while (!cursor.isEmpty());
        assertTrue(expected > 900 && steps >= 20, expected + " keys in " + steps + " steps");
        assertEquals(expected, removed);
        for (Bytes key : keys) {
            boolean isGone = key.compareTo(from) >= 0 && key.compareTo(to) < 0;
            MemoryAnswer.Fetched left =
                    (MemoryAnswer.Fetched) await(memory.execute(List.of(new MemoryOp.GetFenced(key, 7))))
                            .get(0);
            assertEquals(isGone, left.value().equals(MemoryValue.ABSENT), key.toString());
        }
    }

    @Test
    void somethingElseInAKeyIsAFailure() throws Exception {
        SharedRedis.process().command("SET", prefix + ":mem:k", "garbage");
        assertTrue(failureOf(memory.execute(List.of(new MemoryOp.GetFenced(KEY, 1))))
                .getMessage()
                .contains("WRONGTYPE"));
        SharedRedis.process().command("DEL", prefix + ":mem:k");
        SharedRedis.process().command("HSET", prefix + ":mem:k", "value", "garbage");
        failureOf(memory.execute(List.of(new MemoryOp.GetFenced(KEY, 1))));
    }

    @Test
    void aFullRedisRefusesWritesButReads() throws Exception {
        try (RedisProcess redis = RedisProcess.start("maxmemory", "1", "maxmemory-policy", "noeviction");
                RedisStores full = RedisStores.connect(redis.uri(), RedisOptions.DEFAULT)) {
            MemoryOp write = new MemoryOp.PutIfNewer(KEY, 1, value(1, false, 0));
            assertFalse(failureOf(full.memoryStore().execute(List.of(write))).isMaybeApplied());
            assertEquals(
                    List.of(new MemoryAnswer.Fetched(MemoryValue.ABSENT)),
                    await(full.memoryStore().execute(List.of(new MemoryOp.GetFenced(KEY, 1)))));
        }
    }

    private static MemoryValue value(long version, boolean isDeleted, long expiresAt) {
        return new MemoryValue(version, isDeleted, isDeleted ? Bytes.EMPTY : Bytes.utf8("v"), expiresAt, List.of());
    }

    private List<MemoryAnswer> put(MemoryValue value) throws Exception {
        return await(memory.execute(List.of(new MemoryOp.PutIfNewer(KEY, 1, value))));
    }

    private long ttl() {
        String reply = SharedRedis.process().command("PTTL", prefix + ":mem:k");
        return Long.parseLong(reply.substring(1).trim());
    }
}
