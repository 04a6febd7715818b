package io.sinkron.spi.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.queue.QueueTable;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every {@link io.sinkron.spi.QueueStore} does, as scenarios; extend it with a store and a clock. The rules are written down at
 * {@link QueueTable}. This part is about the fence, deliveries, receipts, time and groups; {@link QueueStoreUpkeepContract} about the rest.
 */
public abstract class QueueStoreContract extends QueueStoreFixture {
    /** Long enough that a slow machine doesn't pass it between two operations. */
    private static final long LONG = 1_000;

    private static final long SHORT = 40;

    // ---- fence

    @Test
    void aClaimIsRaisedRepeatedAndNeverLowered() {
        assertEquals(new QueueAnswer.Claimed(EPOCH), claim(EPOCH));
        assertEquals(new QueueAnswer.Claimed(EPOCH + 3), claim(EPOCH + 3));
        assertEquals(new QueueAnswer.StaleEpoch(EPOCH + 3), claim(EPOCH));
        assertEquals(new QueueAnswer.StaleEpoch(EPOCH + 3), run(new QueueOp.Stats()));
    }

    @Test
    void everyOperationOfAnotherEpochIsRefusedAndDoesNothing() {
        enqueue("kept");
        List<QueueOp> operations = List.of(
                new QueueOp.Configure(QueueSettings.DEFAULT),
                new QueueOp.Enqueue(List.of(message("lost")), Optional.empty(), nonce()),
                new QueueOp.Receive(1, 0, "", nonce()),
                new QueueOp.ReturnConsumer("c"),
                new QueueOp.Ack(List.of("x")),
                new QueueOp.Nack(List.of("x"), 0, false, ""),
                new QueueOp.Extend(List.of("x"), 1_000),
                new QueueOp.Sweep(10),
                new QueueOp.Peek(QueueOp.MessageState.READY, 10),
                new QueueOp.Stats(),
                new QueueOp.Purge(),
                new QueueOp.Drop(),
                new QueueOp.Pause(true),
                new QueueOp.Redrive("other", 0),
                new QueueOp.TakeMoves(10),
                new QueueOp.ForgetMoves(List.of("x")));
        for (QueueOp operation : operations) {
            assertEquals(new QueueAnswer.StaleEpoch(EPOCH), in(EPOCH - 1, operation), operation.toString());
            assertEquals(new QueueAnswer.StaleEpoch(EPOCH), in(EPOCH + 1, operation), operation.toString());
        }
        assertEquals(List.of("kept"), peek(QueueOp.MessageState.READY));
        assertCounts(1, 0, 0);
    }

    @Test
    void aQueueThatWasNeverClaimedHasEpochZero() {
        assertEquals(List.of(new QueueAnswer.StaleEpoch(0)), execute(queue + "-unclaimed", EPOCH, new QueueOp.Stats()));
    }

    @Test
    void theReplacedOwnersReceiptsStillCountForTheNewOwner() {
        enqueue("a");
        Delivery delivery = receiveOne(0);
        claim(EPOCH + 1);
        assertEquals(new QueueAnswer.StaleEpoch(EPOCH + 1), in(EPOCH, new QueueOp.Ack(List.of(delivery.receipt()))));
        assertEquals(new QueueAnswer.Acked(1, List.of()), in(EPOCH + 1, new QueueOp.Ack(List.of(delivery.receipt()))));
    }

    @Test
    void aDroppedQueueIsUnknownAndKeepsItsEpoch() {
        enqueue("a");
        assertEquals(new QueueAnswer.Done(), run(new QueueOp.Drop()));
        assertEquals(new QueueAnswer.NoSuchQueue(queue), run(new QueueOp.Stats()));
        assertEquals(new QueueAnswer.StaleEpoch(EPOCH), in(EPOCH - 1, new QueueOp.Stats()));
    }

    // ---- unknown queues

    @Test
    void anUnknownQueueGivesNothingAndTheRestIsRefused() {
        assertEquals(new QueueAnswer.Received(List.of(), -1, false), receiveAll(1, 0, ""));
        QueueAnswer unknown = new QueueAnswer.NoSuchQueue(queue);
        for (QueueOp operation : List.of(
                new QueueOp.Ack(List.of("x")),
                new QueueOp.Nack(List.of("x"), 0, false, ""),
                new QueueOp.Extend(List.of("x"), 1_000),
                new QueueOp.ReturnConsumer("c"),
                new QueueOp.Sweep(1),
                new QueueOp.Peek(QueueOp.MessageState.READY, 1),
                new QueueOp.Stats(),
                new QueueOp.Purge(),
                new QueueOp.Drop(),
                new QueueOp.Pause(true),
                new QueueOp.Redrive("other", 0),
                new QueueOp.TakeMoves(1),
                new QueueOp.ForgetMoves(List.of("x")))) {
            assertEquals(unknown, run(operation), operation.toString());
        }
    }

    @Test
    void onlyQueuesThatExistAreListed() throws Exception {
        assertFalse(
                store().queues().toCompletableFuture().get(10, TimeUnit.SECONDS).contains(queue));
        enqueue("a");
        assertTrue(
                store().queues().toCompletableFuture().get(10, TimeUnit.SECONDS).contains(queue));
        run(new QueueOp.Drop());
        assertFalse(
                store().queues().toCompletableFuture().get(10, TimeUnit.SECONDS).contains(queue));
    }

    // ---- enqueue and receive

    @Test
    void idsAndReceiptsAreMadeOfEpochSequenceAndNonce() {
        Bytes nonce = nonce();
        QueueAnswer answer = run(new QueueOp.Enqueue(List.of(message("a"), message("b")), Optional.empty(), nonce));
        String hex = HexFormat.of().formatHex(nonce.array());
        String suffix = "-" + hex.substring(0, 16);
        assertEquals(
                new QueueAnswer.Enqueued(List.of(
                        new QueueAnswer.Enqueued.Item("7-1" + suffix, false),
                        new QueueAnswer.Enqueued.Item("7-2" + suffix, false))),
                answer);
        Bytes second = nonce();
        QueueAnswer.Received received =
                assertInstanceOf(QueueAnswer.Received.class, run(new QueueOp.Receive(1, 0, "", second)));
        assertEquals(
                "7-1" + suffix + "." + HexFormat.of().formatHex(second.array()),
                received.deliveries().get(0).receipt());
    }

    @Test
    void aMessageArrivesAsItWasSent() {
        NewMessage sent = new NewMessage(
                Bytes.wrap(new byte[] {0, -1, 10, 13, 127, -128}),
                Map.of("z", "last", "ä", "ünïcödé ☃", "empty", ""),
                9,
                0,
                0,
                Optional.of("dedup"),
                Optional.of("group"));
        String id = enqueue(sent).get(0).id();
        Delivery delivery = receiveOne(5_000);
        assertEquals(id, delivery.id());
        assertEquals(sent.body(), delivery.body());
        assertEquals(sent.headers(), delivery.headers());
        assertEquals(9, delivery.priority());
        assertEquals(Optional.of("group"), delivery.group());
        assertEquals(1, delivery.deliveries());
        assertTrue(delivery.visibleUntilMillis() >= delivery.enqueuedAtMillis() + 5_000);
    }

    @Test
    void higherPrioritiesComeFirstAndEachInOrder() {
        enqueue(message("low", 0, 0, 0), message("a", 4, 0, 0), message("b", 4, 0, 0), message("high", 9, 0, 0));
        enqueue("c");
        assertEquals(List.of("high", "a"), bodies(receive(2, 0)));
        assertEquals(List.of("b", "c", "low"), received());
    }

    @Test
    void aReturnedMessageComesBackToItsOldPlace() {
        enqueue("a", "b", "c");
        List<Delivery> two = receive(2, 0);
        nack(0, two.get(1));
        nack(0, two.get(0));
        List<Delivery> again = receive(10, 0);
        assertEquals(List.of("a", "b", "c"), bodies(again));
        assertEquals(List.of(2, 2, 1), again.stream().map(Delivery::deliveries).toList());
    }

    @Test
    void operationsOfOneCallHappenInOrder() {
        List<QueueAnswer> answers = execute(
                queue,
                EPOCH,
                new QueueOp.Enqueue(List.of(message("a")), Optional.empty(), nonce()),
                new QueueOp.Receive(1, 0, "", nonce()),
                new QueueOp.Stats());
        assertEquals(1, ((QueueAnswer.Received) answers.get(1)).deliveries().size());
        assertEquals(1, ((QueueAnswer.Counted) answers.get(2)).inFlight());
    }

    @Test
    void aPausedQueueTakesButDoesNotDeliver() {
        enqueue("a");
        assertEquals(new QueueAnswer.Done(), run(new QueueOp.Pause(true)));
        enqueue("b");
        assertEquals(List.of(), received());
        assertTrue(stats().paused());
        assertEquals(0, sweep().ready());
        run(new QueueOp.Pause(false));
        assertEquals(List.of("a", "b"), received());
    }

    // ---- receipts

    @Test
    void anAckRemovesOnceAndIsStaleAfterwards() {
        enqueue("a");
        Delivery delivery = receiveOne(0);
        assertEquals(
                new QueueAnswer.Acked(1, List.of(delivery.receipt(), "nonsense", "a.b")),
                run(new QueueOp.Ack(List.of(delivery.receipt(), delivery.receipt(), "nonsense", "a.b"))));
        assertCounts(0, 0, 0);
    }

    @Test
    void anAckAfterTheTimeoutCountsUntilTheNextDelivery() {
        enqueue("unswept", "swept");
        List<Delivery> late = receive(2, SHORT);
        advance(SHORT);
        assertEquals(new QueueAnswer.Acked(1, List.of()), ack(late.get(0)));
        assertEquals(1, sweep().ready());
        assertEquals(new QueueAnswer.Acked(1, List.of()), ack(late.get(1)));
        assertCounts(0, 0, 0);
    }

    @Test
    void anAckOfAnOldDeliveryLeavesTheNewOneAlone() {
        enqueue("a");
        Delivery first = receiveOne(SHORT);
        advance(SHORT);
        Delivery second = receiveOne(0);
        assertNotEquals(first.receipt(), second.receipt());
        assertEquals(new QueueAnswer.Acked(0, List.of(first.receipt())), ack(first));
        assertEquals(new QueueAnswer.Returned(0, List.of(first.receipt()), false), nack(0, first));
        assertEquals(new QueueAnswer.Extended(0, List.of(first.receipt())), extend(5_000, first));
        assertCounts(0, 0, 1);
        assertEquals(new QueueAnswer.Acked(1, List.of()), ack(second));
    }

    @Test
    void aNackOrAnExtensionAfterTheTimeoutIsStale() {
        enqueue("unswept", "swept");
        List<Delivery> late = receive(2, SHORT);
        advance(SHORT);
        assertEquals(new QueueAnswer.Returned(0, List.of(late.get(0).receipt()), false), nack(0, late.get(0)));
        assertEquals(new QueueAnswer.Extended(0, List.of(late.get(0).receipt())), extend(LONG, late.get(0)));
        sweep();
        assertEquals(new QueueAnswer.Returned(0, List.of(late.get(1).receipt()), false), nack(0, late.get(1)));
        assertEquals(new QueueAnswer.Extended(0, List.of(late.get(1).receipt())), extend(LONG, late.get(1)));
        assertCounts(2, 0, 0);
    }

    @Test
    void aNackTakesTheReceiptAway() {
        enqueue("a");
        Delivery delivery = receiveOne(0);
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), nack(0, delivery));
        assertEquals(new QueueAnswer.Acked(0, List.of(delivery.receipt())), ack(delivery));
        assertCounts(1, 0, 0);
    }

    @Test
    void anUndeliveredMessageIsGivenBackUncounted() {
        configure(1, null, 0, 0);
        enqueue("a");
        Delivery delivery = receiveOne(0);
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), nack(QueueTable.UNDELIVERED, delivery));
        assertEquals(1, receiveOne(0).deliveries());
        assertEquals(0, stats().dead());
    }

    // ---- time

    @Test
    void aDeliveryThatTimesOutComesBackToItsOldPlace() {
        enqueue("a", "b");
        receiveOne(LONG);
        assertEquals(List.of("b"), bodies(receive(10, 0)));
        advance(LONG);
        Delivery again = receiveOne(0);
        assertEquals("a", again.body().asUtf8());
        assertEquals(2, again.deliveries());
    }

    @Test
    void anExtensionCountsFromNow() {
        enqueue("a");
        Delivery delivery = receiveOne(SHORT * 5);
        assertEquals(new QueueAnswer.Extended(1, List.of()), extend(60_000, delivery));
        advance(SHORT * 5);
        assertEquals(List.of(), received());
        assertEquals(new QueueAnswer.Acked(1, List.of()), ack(delivery));
    }

    @Test
    void aDelayedMessageIsNotDeliveredEarlyAndStandsAtItsOldPlace() {
        enqueue(message("later", 4, LONG, 0), message("now", 4, 0, 0), message("next", 4, 0, 0));
        assertCounts(2, 1, 0);
        assertEquals(List.of("now"), bodies(receive(1, 0)));
        advance(LONG);
        assertEquals(List.of("later", "next"), received());
    }

    @Test
    void aNackWithADelayHidesTheMessageForSoLong() {
        enqueue("a");
        nack(LONG, receiveOne(0));
        assertCounts(0, 1, 0);
        assertEquals(List.of(), received());
        advance(LONG);
        assertEquals(2, receiveOne(0).deliveries());
    }

    @Test
    void anExpiredMessageVanishes() {
        enqueue(message("short", 4, 0, SHORT), message("delayed", 4, SHORT * 2, SHORT), message("long", 4, 0, 60_000));
        advance(SHORT);
        assertEquals(List.of("long"), received());
        assertCounts(0, 0, 1);
        assertEquals(0, stats().dead());
    }

    @Test
    void retentionBoundsTheLifeOfLaterMessages() {
        enqueue("before");
        configure(16, null, 0, SHORT);
        enqueue(message("own", 4, 0, 60_000), message("none", 4, 0, 0));
        advance(SHORT);
        assertEquals(List.of("before"), received());
    }

    @Test
    void anExpiredDeliveryMayBeAcknowledgedButDoesNotComeBack() {
        enqueue(message("acked", 4, 0, SHORT), message("returned", 4, 0, SHORT));
        List<Delivery> both = receive(2, 60_000);
        advance(SHORT);
        assertCounts(0, 0, 2);
        assertEquals(new QueueAnswer.Acked(1, List.of()), ack(both.get(0)));
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), nack(0, both.get(1)));
        assertCounts(0, 0, 0);
    }

    @Test
    void theNextDueTimeIsThatOfTheFirstOfDelaysDeliveriesAndExpiries() {
        enqueue("a");
        assertEquals(-1, sweep().nextDueMillis());
        receiveOne(60_000);
        assertDueIn(60_000);
        enqueue(message("b", 4, 40_000, 0));
        assertDueIn(40_000);
        enqueue(message("c", 4, 0, 20_000));
        assertDueIn(20_000);
    }

    private void assertDueIn(long millis) {
        long due = sweep().nextDueMillis();
        assertTrue(due > millis - 10_000 && due <= millis, "due in " + due + " ms");
    }

    @Test
    void aSweepTouchesNoMoreThanItsLimit() {
        enqueue(message("a", 4, SHORT, 0), message("b", 4, SHORT, 0), message("c", 4, SHORT, 0));
        advance(SHORT);
        assertEquals(new QueueAnswer.Swept(2, 0, false), run(new QueueOp.Sweep(2)));
        assertEquals(new QueueAnswer.Swept(3, -1, false), run(new QueueOp.Sweep(2)));
    }

    // ---- groups

    @Test
    void aGroupHasOneMessageInFlightAndKeepsItsOrder() {
        enqueue(grouped("a1", "a"), grouped("a2", "a"), grouped("b1", "b"), message("free"));
        assertEquals(3, sweep().ready());
        List<Delivery> first = receive(10, 0);
        assertEquals(List.of("a1", "b1", "free"), bodies(first));
        assertCounts(1, 0, 3);
        assertEquals(List.of(), received());
        ack(first.get(0));
        assertEquals(List.of("a2"), received());
    }

    @Test
    void aReturnedOrDelayedHeadHoldsItsGroupBack() {
        enqueue(grouped("a1", "a"), grouped("a2", "a"));
        nack(LONG, receiveOne(0));
        assertEquals(List.of(), received());
        assertEquals(0, sweep().ready());
        advance(LONG);
        assertEquals(List.of("a1"), received());
    }

    @Test
    void theNextOfAGroupComesOnceTheHeadIsDeadOrExpired() {
        configure(1, null, 0, 0);
        enqueue(grouped("dies", "a"), grouped("comes", "a"));
        nack(0, receiveOne(0));
        assertEquals(List.of("comes"), received());
        enqueue(new NewMessage(Bytes.utf8("expires"), Map.of(), 4, 0, SHORT, Optional.empty(), Optional.of("b")));
        enqueue(grouped("follows", "b"));
        advance(SHORT);
        assertEquals(List.of("follows"), received());
    }

    @Test
    void aHigherPriorityLeadsItsGroupButNeverBesideAMessageInFlight() {
        NewMessage urgent = new NewMessage(Bytes.utf8("urgent"), Map.of(), 9, 0, 0, Optional.empty(), Optional.of("a"));
        enqueue(grouped("a1", "a"), grouped("a2", "a"));
        Delivery inFlight = receiveOne(0);
        enqueue(urgent);
        assertEquals(List.of(), received());
        ack(inFlight);
        assertEquals(List.of("urgent"), received());
    }
}
