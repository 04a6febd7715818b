package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link QueueTable} and {@link QueueTables} do over times and numbers that no store contract can wait for. */
class QueueTableTest {
    private static final long DAY = 86_400_000;
    private static final Bytes NONCE = Bytes.utf8("sixteen bytes ok");

    private final QueueTable table = new QueueTable("q");

    @BeforeEach
    void claim() {
        run(new QueueOp.Claim(), 0);
    }

    private QueueAnswer run(QueueOp op, long now) {
        return table.apply(1, op, now);
    }

    private boolean isDeduplicated(String dedupId, long now) {
        NewMessage message = new NewMessage(Bytes.EMPTY, Map.of(), 4, 0, 0, Optional.of(dedupId), Optional.empty());
        QueueOp op = new QueueOp.Enqueue(List.of(message), Optional.empty(), NONCE);
        return assertInstanceOf(QueueAnswer.Enqueued.class, run(op, now))
                .items()
                .get(0)
                .deduplicated();
    }

    private QueueAnswer.Received receive(int max, long now) {
        return assertInstanceOf(QueueAnswer.Received.class, run(new QueueOp.Receive(max, 0, "", NONCE), now));
    }

    private void enqueue(int count, long delayMillis, long ttlMillis, long now) {
        List<NewMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(new NewMessage(
                    Bytes.EMPTY, Map.of(), 4, delayMillis, ttlMillis, Optional.empty(), Optional.empty()));
        }
        run(new QueueOp.Enqueue(messages, Optional.empty(), NONCE), now);
    }

    @Test
    void aDedupIdLivesADayFromItsFirstEnqueueAndDuplicatesDoNotProlongIt() {
        assertFalse(isDeduplicated("d", 1_000));
        assertTrue(isDeduplicated("d", 1_000 + DAY / 2));
        assertTrue(isDeduplicated("d", 1_000 + DAY - 1));
        assertFalse(isDeduplicated("d", 1_000 + DAY));
        assertTrue(isDeduplicated("d", 1_000 + DAY + 1));
    }

    @Test
    void anIdempotencyKeyLivesADay() {
        QueueOp first = new QueueOp.Enqueue(
                List.of(NewMessage.of(Bytes.EMPTY)), Optional.of(new QueueOp.Remember("k", 1)), NONCE);
        QueueOp other = new QueueOp.Enqueue(
                List.of(NewMessage.of(Bytes.EMPTY)), Optional.of(new QueueOp.Remember("k", 2)), NONCE);
        QueueAnswer answer = run(first, 0);
        assertEquals(answer, run(first, DAY - 1));
        assertEquals(new QueueAnswer.IdempotencyMismatch("k"), run(other, DAY - 1));
        assertInstanceOf(QueueAnswer.Enqueued.class, run(other, DAY));
        assertEquals(new QueueAnswer.IdempotencyMismatch("k"), run(first, DAY));
    }

    @Test
    void whatIsRememberedForADayTakesNoRoomAfterwards() {
        for (int i = 0; i < 100; i++) {
            isDeduplicated("d" + i, i);
        }
        run(new QueueOp.Purge(), 200);
        run(new QueueOp.Sweep(1_000), DAY + 200);
        assertEquals(List.of(), table.snapshot().contents().orElseThrow().dedups());
    }

    @Test
    void timeNeverFalls() {
        enqueue(1, 0, 0, 5_000);
        long until = receive(1, 6_000).deliveries().get(0).visibleUntilMillis();
        assertEquals(36_000, until);
        assertEquals(List.of(), receive(1, 1_000).deliveries());
        enqueue(1, 0, 0, 2_000);
        assertEquals(6_000, receive(1, 3_000).deliveries().get(0).enqueuedAtMillis());
        assertEquals(List.of(), receive(1, 35_999).deliveries());
        assertEquals(2, receive(2, 36_000).deliveries().size());
    }

    @Test
    void aDelayADeliveryAndALifeAreOverExactlyAtTheirTimes() {
        enqueue(1, 100, 0, 0);
        assertEquals(0, receive(1, 99).deliveries().size());
        assertEquals(1, receive(1, 100).deliveries().size());
        assertEquals(0, receive(1, 30_099).deliveries().size());
        assertEquals(1, receive(1, 30_100).deliveries().size());
        enqueue(2, 0, 50, 40_000);
        assertEquals(1, receive(1, 40_049).deliveries().size());
        assertEquals(0, receive(1, 40_050).deliveries().size());
    }

    @Test
    void aReceiveSweepsNoMoreThanItsLimitAndNeverDeliversWhatHasExpired() {
        enqueue(QueueTable.RECEIVE_SWEEP_LIMIT + 10, 0, 50, 0);
        enqueue(1, 0, 0, 0);
        QueueAnswer.Received first = receive(5, 1_000);
        assertEquals(List.of(), first.deliveries());
        assertEquals(0, first.nextDueMillis());
        assertEquals(1, receive(5, 1_000).deliveries().size());
    }

    @Test
    void claimsOfQueuesThatDoNotExistAreBoundedAndTheOldestIsForgottenFirst() {
        QueueTables tables = new QueueTables();
        List<QueueOp> claim = List.of(new QueueOp.Claim());
        for (int i = 0; i <= QueueTables.MAX_ABSENT; i++) {
            tables.execute("q" + i, 7, claim, 0);
        }
        List<QueueOp> stats = List.of(new QueueOp.Stats());
        assertEquals(List.of(new QueueAnswer.StaleEpoch(0)), tables.execute("q0", 6, stats, 0));
        assertEquals(List.of(new QueueAnswer.StaleEpoch(7)), tables.execute("q2", 6, stats, 0));
        assertEquals(List.of(), tables.names());
        assertEquals(QueueTables.MAX_ABSENT, tables.snapshot().queues().size());
    }

    @Test
    void twoHundredThousandMessagesGoInAndOutInLittleTime() {
        long start = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            enqueue(1_000, i % 3, 0, i);
        }
        for (int i = 0; i < 200; i++) {
            List<String> receipts = receive(1_000, 10_000).deliveries().stream()
                    .map(QueueAnswer.Delivery::receipt)
                    .toList();
            assertEquals(new QueueAnswer.Acked(receipts.size(), List.of()), run(new QueueOp.Ack(receipts), 10_000));
        }
        assertTrue(System.nanoTime() - start < 20_000_000_000L, "200 000 messages in 20 s even on a slow machine");
    }
}
