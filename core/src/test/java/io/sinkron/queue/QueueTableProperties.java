package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.contract.QueueScript;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Random operations on a {@link QueueTable}, compared with {@link NaiveQueue} and watched by the invariants of a queue. */
class QueueTableProperties {
    private static final long EPOCH = 40;

    /** One operation: what {@link QueueScript} makes of the numbers, so long after the one before. */
    record Step(int kind, int a, int b, long waitMillis) {}

    @Provide
    Arbitrary<List<Step>> scripts() {
        Arbitrary<Long> waits = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0L)),
                Tuple.of(3, Arbitraries.longs().between(1, 300)),
                Tuple.of(2, Arbitraries.longs().between(-500, 1_500)),
                Tuple.of(1, Arbitraries.just(43_200_000L)));
        Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 99).withDistribution(RandomDistribution.uniform());
        Arbitrary<Integer> numbers =
                Arbitraries.integers().between(0, 999).withDistribution(RandomDistribution.uniform());
        return Combinators.combine(kinds, numbers, numbers, waits)
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(120);
    }

    @Property(tries = 1_500, edgeCases = EdgeCasesMode.NONE)
    void theTableAnswersAsThePlainListDoes(@ForAll("scripts") List<Step> steps) {
        QueueTable table = new QueueTable("q");
        table.apply(EPOCH, new QueueOp.Claim(), 0);
        NaiveQueue naive = new NaiveQueue("q", EPOCH);
        QueueScript script = new QueueScript();
        Watcher watcher = new Watcher();
        long clock = 1_000_000;
        for (Step step : steps) {
            clock += step.waitMillis;
            QueueOp op = script.next(step.kind, step.a, step.b);
            QueueAnswer expected = naive.apply(op, clock);
            QueueAnswer actual = table.apply(EPOCH, op, clock);
            assertEquals(expected, actual, () -> op.toString());
            script.answered(actual);
            watcher.saw(op, actual, Math.max(clock, naive.mark), naive);
        }
        QueueTable restored = QueueTable.restore(table.snapshot());
        assertEquals(table.snapshot(), restored.snapshot(), "restoring is exact");
        for (Step step : steps) {
            clock += step.waitMillis;
            QueueOp op = script.next(step.kind, step.a, step.b);
            assertEquals(
                    table.apply(EPOCH, op, clock), restored.apply(EPOCH, op, clock), "restored tables go on alike");
        }
        assertEquals(table.snapshot(), restored.snapshot());
    }

    /** The history of a queue, and what must never be seen in it. */
    private static final class Watcher {
        private final Set<String> gone = new HashSet<>();
        private final Map<String, Delivery> last = new HashMap<>();
        private final Set<String> ended = new HashSet<>();

        void saw(QueueOp op, QueueAnswer answer, long now, NaiveQueue naive) {
            if (op instanceof QueueOp.Drop && answer instanceof QueueAnswer.Done) {
                gone.clear();
                last.clear();
                ended.clear();
            }
            if (answer instanceof QueueAnswer.Received received) {
                received.deliveries().forEach(delivery -> delivered(delivery, now));
                checkGroups(naive);
            } else if (op instanceof QueueOp.Ack ack && answer instanceof QueueAnswer.Acked acked) {
                ack.receipts().stream()
                        .filter(receipt -> !acked.stale().contains(receipt))
                        .forEach(receipt -> gone.add(receipt.substring(0, receipt.indexOf('.'))));
            } else if (op instanceof QueueOp.Nack nack) {
                ended.addAll(nack.receipts());
            } else if (op instanceof QueueOp.Extend || op instanceof QueueOp.ReturnConsumer) {
                // How long a delivery lasts is another one now.
                last.values().forEach(delivery -> ended.add(delivery.receipt()));
            } else if (answer instanceof QueueAnswer.Moves moves) {
                moves.moves().forEach(move -> gone.add(move.id()));
            }
            if (answer instanceof QueueAnswer.Counted counted) {
                assertEquals(
                        naive.entries.size(),
                        counted.ready() + counted.delayed() + counted.inFlight(),
                        "each message is in exactly one state");
            }
        }

        private void delivered(Delivery delivery, long now) {
            assertTrue(!gone.contains(delivery.id()), "nothing is delivered after its ack or its death");
            Delivery before = last.put(delivery.id(), delivery);
            if (before != null && !ended.contains(before.receipt())) {
                assertTrue(before.visibleUntilMillis() <= now, "two deliveries overlap");
                assertTrue(before.deliveries() < delivery.deliveries(), "the delivery count grows");
            }
        }

        private static void checkGroups(NaiveQueue naive) {
            Set<String> inFlight = new HashSet<>();
            naive.entries.stream()
                    .filter(e -> e.state == QueueOp.MessageState.IN_FLIGHT)
                    .flatMap(e -> e.message.group().stream())
                    .forEach(group -> assertTrue(inFlight.add(group), "a group has one message in flight"));
        }
    }
}
