package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.contract.QueueScript;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** What is read of the tables is what executing it would answer, and reading changes nothing. */
class QueueTablesReadProperties {
    private static final List<QueueOp> READS = List.of(
            new QueueOp.Sweep(256),
            new QueueOp.Peek(MessageState.READY, 5),
            new QueueOp.Peek(MessageState.DELAYED, 5),
            new QueueOp.Peek(MessageState.IN_FLIGHT, 5),
            new QueueOp.Stats(),
            new QueueOp.TakeMoves(3));
    private static final List<QueueOp> LOOKS = READS.subList(1, READS.size());

    /** One operation: what {@link QueueScript} makes of the numbers, on one of the queues, so long after the one before. */
    record Step(int kind, int a, int b, long waitMillis) {}

    @Provide
    Arbitrary<List<Step>> scripts() {
        Arbitrary<Long> waits = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just(0L)),
                Tuple.of(3, Arbitraries.longs().between(1, 300)),
                Tuple.of(1, Arbitraries.longs().between(-500, 1_500)),
                Tuple.of(1, Arbitraries.just(43_200_000L)));
        Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 99).withDistribution(RandomDistribution.uniform());
        Arbitrary<Integer> numbers =
                Arbitraries.integers().between(0, 999).withDistribution(RandomDistribution.uniform());
        return Combinators.combine(kinds, numbers, numbers, waits)
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void aReadAnswersWhatExecutingItWouldAndChangesNothing(@ForAll("scripts") List<Step> steps) {
        QueueTables tables = new QueueTables();
        QueueScript script = new QueueScript();
        long clock = 1_000_000;
        long epoch = 5;
        for (String queue : List.of("q0", "q1")) {
            tables.execute(queue, epoch, List.of(new QueueOp.Claim()), clock);
        }
        for (Step step : steps) {
            clock += step.waitMillis;
            String queue = "q" + step.b % 2;
            // Now and then another owner's claim, which the one before doesn't hear of.
            boolean isClaim = step.a % 9 == 0;
            epoch += isClaim && step.b / 2 % 5 == 0 ? 1 : 0;
            QueueOp op = isClaim ? new QueueOp.Claim() : script.next(step.kind, step.a, step.b);
            tables.execute(queue, epoch, List.of(op), clock).forEach(script::answered);
            for (String read : List.of("q0", "q1", "unknown")) {
                compare(tables, read, epoch, READS, clock);
                compare(tables, read, epoch, LOOKS, clock);
            }
            compare(tables, queue, epoch, List.of(op), clock);
        }
    }

    /** Reads, and executes the same on a copy. */
    private static void compare(QueueTables tables, String queue, long epoch, List<QueueOp> ops, long clock) {
        QueueTables.Snapshot before = tables.snapshot();
        QueueTables copy = QueueTables.restore(before);
        List<QueueAnswer> executed = copy.execute(queue, epoch, ops, clock);
        Optional<List<QueueAnswer>> read = tables.read(queue, epoch, ops, clock);
        assertEquals(before, tables.snapshot(), "reading has changed something");
        assertEquals(read.isPresent(), tables.canRead(queue, epoch, ops, clock));
        read.ifPresent(answers -> assertEquals(executed, answers));
        boolean isFenced = executed.stream().anyMatch(QueueAnswer.StaleEpoch.class::isInstance);
        boolean isReading = ops.stream().allMatch(READS.get(0).equals(ops.get(0)) ? READS::contains : LOOKS::contains);
        if (isReading && !isFenced) {
            assertEquals(withoutTimes(before).equals(withoutTimes(copy.snapshot())), read.isPresent());
        }
    }

    /** A sweep that finds nothing still raises its queue's time mark, and an absent queue's claim is kept longer: no answer shows either. */
    private static List<QueueSnapshot> withoutTimes(QueueTables.Snapshot snapshot) {
        return snapshot.queues().stream()
                .map(queue -> new QueueSnapshot(
                        queue.name(),
                        queue.epoch(),
                        queue.contents()
                                .map(c -> new QueueSnapshot.Contents(
                                        c.settings(),
                                        c.paused(),
                                        0,
                                        c.sequence(),
                                        c.dead(),
                                        c.messages(),
                                        c.dedups(),
                                        c.requests(),
                                        c.moves()))))
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    @Example
    void whatIsDueIsNotForReadingUntilItIsSwept() {
        QueueTables tables = new QueueTables();
        NewMessage delayed = new NewMessage(Bytes.utf8("m"), Map.of(), 4, 100, 0, Optional.empty(), Optional.empty());
        List<QueueOp> begin = List.of(
                new QueueOp.Claim(),
                new QueueOp.Enqueue(List.of(delayed), Optional.empty(), Bytes.utf8("nonce-of-16-byte")));
        tables.execute("q", 1, begin, 1_000);
        List<QueueOp> peek = List.of(new QueueOp.Sweep(256), new QueueOp.Peek(MessageState.READY, 1));
        assertTrue(tables.canRead("q", 1, peek, 1_099));
        assertTrue(tables.read("q", 1, peek, 1_100).isEmpty());
        List<QueueAnswer> executed = tables.execute("q", 1, peek, 1_100);
        assertEquals(1, ((QueueAnswer.Peeked) executed.get(1)).messages().size());
        assertEquals(Optional.of(executed), tables.read("q", 1, peek, 1_100));
    }

    @Example
    void aDedupIdOrAKeyThatIsOverIsDueToo() {
        for (boolean isKey : List.of(true, false)) {
            QueueTables tables = new QueueTables();
            NewMessage message = new NewMessage(
                    Bytes.utf8("m"), Map.of(), 4, 0, 0, isKey ? Optional.empty() : Optional.of("d"), Optional.empty());
            Optional<QueueOp.Remember> key = isKey ? Optional.of(new QueueOp.Remember("k", 1)) : Optional.empty();
            QueueOp enqueue = new QueueOp.Enqueue(List.of(message), key, Bytes.utf8("nonce-of-16-byte"));
            tables.execute("q", 1, List.of(new QueueOp.Claim(), enqueue), 0);
            assertTrue(tables.canRead("q", 1, READS, 86_399_999));
            assertFalse(tables.canRead("q", 1, READS, 86_400_000), "a sweep forgets it");
            compare(tables, "q", 1, READS, 86_400_000);
        }
    }

    @Example
    void anOwnerThatWasReplacedReadsNothing() {
        QueueTables tables = new QueueTables();
        tables.execute("q", 1, List.of(new QueueOp.Claim()), 0);
        assertTrue(tables.canRead("q", 1, LOOKS, 0));
        tables.execute("q", 2, List.of(new QueueOp.Claim()), 0);
        assertTrue(tables.read("q", 1, LOOKS, 0).isEmpty());
        assertTrue(tables.read("q", 3, LOOKS, 0).isEmpty());
    }
}
