package io.sinkron.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.queue.QueueTables;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Redis and the reference model are given the same operations at the same times; every field of every answer is the same. */
class RedisQueueProperties {
    private static final ManualClock CLOCK = new ManualClock(1_000_000);
    private static RedisStores whole;
    private static RedisStores cut;

    @BeforeContainer
    static void connect() throws IOException {
        whole = RedisStores.connect(SharedRedis.uri(), RedisOptions.DEFAULT, CLOCK);
        cut = RedisStores.connect(SharedRedis.uri(), RedisOptions.DEFAULT.withBounds(100, 2, 1_024), CLOCK);
    }

    @AfterContainer
    static void close() {
        whole.close();
        cut.close();
    }

    /** Evenly: the default prefers few small numbers, which are always the same operations. */
    @Provide
    static Arbitrary<List<Integer>> numbers() {
        return Arbitraries.integers()
                .between(0, 1_000_000)
                .withDistribution(RandomDistribution.uniform())
                .list()
                .ofMaxSize(120)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    @Property(tries = 200)
    void redisAnswersAsTheReferenceDoes(
            @ForAll("numbers") List<Integer> numbers, @ForAll @IntRange(min = 1, max = 12) int batchSize)
            throws Exception {
        compare(whole, numbers, batchSize);
    }

    @Property(tries = 40)
    void howOperationsArePutIntoScriptCallsMakesNoDifference(
            @ForAll("numbers") List<Integer> numbers, @ForAll @IntRange(min = 1, max = 12) int batchSize)
            throws Exception {
        compare(cut, numbers, batchSize);
    }

    private static void compare(RedisStores redis, List<Integer> numbers, int batchSize) throws Exception {
        String queue = "property-" + UUID.randomUUID();
        QueueTables reference = new QueueTables();
        RandomOperations random = new RandomOperations();
        long epoch = 7;
        both(redis, reference, queue, epoch, List.of(new QueueOp.Claim()));
        for (int from = 0; from < numbers.size(); from += batchSize) {
            List<Integer> batch = numbers.subList(from, Math.min(from + batchSize, numbers.size()));
            List<QueueOp> operations = new ArrayList<>();
            batch.forEach(number -> operations.add(random.operation(number)));
            CLOCK.advance(RandomOperations.pause(batch.get(0)));
            if (operations.get(0) instanceof QueueOp.Claim) {
                epoch++;
            }
            both(redis, reference, queue, epoch, operations).forEach(random::learn);
        }
        both(redis, reference, queue, epoch, last(1_000));
        both(redis, reference, queue, epoch + 1, List.of(new QueueOp.Claim(), new QueueOp.Drop(), new QueueOp.Stats()));
    }

    private static List<QueueOp> last(int limit) {
        return List.of(
                new QueueOp.Stats(),
                new QueueOp.Peek(MessageState.READY, limit),
                new QueueOp.Peek(MessageState.DELAYED, limit),
                new QueueOp.Peek(MessageState.IN_FLIGHT, limit),
                new QueueOp.TakeMoves(limit),
                new QueueOp.Sweep(limit),
                new QueueOp.Stats());
    }

    private static List<QueueAnswer> both(
            RedisStores redis, QueueTables reference, String queue, long epoch, List<QueueOp> operations)
            throws Exception {
        List<QueueAnswer> expected = reference.execute(queue, epoch, operations, CLOCK.millis());
        List<QueueAnswer> answers = redis.queueStore()
                .execute(queue, epoch, operations)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        for (int i = 0; i < operations.size(); i++) {
            assertEquals(expected.get(i), answers.get(i), operations.get(i).toString());
        }
        return answers;
    }
}
