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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every {@link io.sinkron.spi.QueueStore} does, second part: what is remembered about requests, dead letters and moves, settings,
 * counts, and the administrator's operations. See {@link QueueStoreContract}.
 */
public abstract class QueueStoreUpkeepContract extends QueueStoreFixture {
    private static final long SHORT = 40;

    // ---- remembered requests

    @Test
    void aDedupIdIsStoredOnceWhateverBecameOfTheMessage() {
        QueueAnswer.Enqueued.Item first = enqueue(deduplicated("a", "d")).get(0);
        assertEquals(
                List.of(new QueueAnswer.Enqueued.Item(first.id(), true)), enqueue(deduplicated("other body", "d")));
        ack(receiveOne(0));
        assertEquals(
                List.of(new QueueAnswer.Enqueued.Item(first.id(), true)), enqueue(deduplicated("other body", "d")));
        assertCounts(0, 0, 0);
    }

    @Test
    void aDedupIdWorksWithinOneEnqueue() {
        List<QueueAnswer.Enqueued.Item> items =
                enqueue(deduplicated("a", "d"), deduplicated("b", "d"), deduplicated("c", "e"));
        assertEquals(
                List.of(false, true, false),
                items.stream().map(QueueAnswer.Enqueued.Item::deduplicated).toList());
        assertEquals(items.get(0).id(), items.get(1).id());
        assertEquals(List.of("a", "c"), received());
    }

    @Test
    void aPurgeKeepsDedupIdsAndADropForgetsThem() {
        enqueue(deduplicated("a", "d"));
        assertEquals(new QueueAnswer.Purged(1), run(new QueueOp.Purge()));
        assertTrue(enqueue(deduplicated("b", "d")).get(0).deduplicated());
        run(new QueueOp.Drop());
        assertFalse(enqueue(deduplicated("c", "d")).get(0).deduplicated());
        assertEquals(List.of("c"), received());
    }

    @Test
    void aRepeatedRequestHasTheFirstAnswerAndNoSecondEffect() {
        QueueAnswer first = enqueueWithKey("key", 1, message("a"), deduplicated("b", "d"));
        assertEquals(first, enqueueWithKey("key", 1, message("a"), deduplicated("b", "d")));
        assertEquals(new QueueAnswer.IdempotencyMismatch("key"), enqueueWithKey("key", 2, message("other")));
        assertCounts(2, 0, 0);
        assertNotEquals(first, enqueueWithKey("another", 1, message("c")));
        assertCounts(3, 0, 0);
    }

    @Test
    void aRefusedRequestIsNotRemembered() {
        configure(16, null, 1, 0);
        enqueue("a");
        assertEquals(new QueueAnswer.QueueFull(1), enqueueWithKey("key", 1, deduplicated("b", "d")));
        ack(receiveOne(0));
        QueueAnswer.Enqueued stored =
                assertInstanceOf(QueueAnswer.Enqueued.class, enqueueWithKey("key", 1, deduplicated("b", "d")));
        assertFalse(stored.items().get(0).deduplicated());
    }

    @Test
    void aRememberedRequestIsAnsweredEvenByAFullQueue() {
        configure(16, null, 1, 0);
        QueueAnswer first = enqueueWithKey("key", 1, message("a"));
        assertEquals(first, enqueueWithKey("key", 1, message("a")));
    }

    // ---- length

    @Test
    void aFullQueueTakesAllOrNone() {
        configure(16, null, 3, 0);
        enqueue(message("ready", 9, 0, 0), message("delayed", 4, 60_000, 0));
        Delivery delivery = receiveOne(0);
        assertEquals(new QueueAnswer.QueueFull(3), tryEnqueue(message("c"), message("d")));
        assertCounts(0, 1, 1);
        enqueue("c");
        assertEquals(new QueueAnswer.QueueFull(3), tryEnqueue(message("d")));
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), nack(0, delivery));
        assertCounts(2, 1, 0);
    }

    @Test
    void duplicatesNeedNoRoom() {
        configure(16, null, 1, 0);
        enqueue(deduplicated("a", "d"));
        assertTrue(enqueue(deduplicated("a", "d")).get(0).deduplicated());
        run(new QueueOp.Purge());
        assertEquals(2, enqueue(deduplicated("b", "e"), deduplicated("b", "e")).size());
    }

    // ---- death and moves

    @Test
    void aMessageThatFailsTooOftenMovesToTheDeadLetterQueue() {
        configure(2, "graveyard", 0, 0);
        NewMessage sent =
                new NewMessage(Bytes.utf8("a"), Map.of("h", "v"), 6, 0, 60_000, Optional.of("d"), Optional.of("g"));
        String id = enqueue(sent).get(0).id();
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), nack(0, receiveOne(0)));
        assertEquals(new QueueAnswer.Returned(1, List.of(), true), nack(0, receiveOne(0)));
        assertEquals(
                List.of(new QueueAnswer.Moves.Move(id, "graveyard", deadLetter(sent, id, "max-deliveries"))), moves());
        assertCounts(0, 0, 0);
        assertEquals(1, stats().dead());
    }

    private NewMessage deadLetter(NewMessage sent, String id, String reason) {
        return new NewMessage(
                sent.body(),
                Map.of("h", "v", QueueTable.DEAD_REASON, reason, QueueTable.DEAD_QUEUE, queue),
                sent.priority(),
                0,
                0,
                Optional.of("move:" + id),
                sent.group());
    }

    @Test
    void aTimeoutIsAFailureToo() {
        configure(1, "graveyard", 0, 0);
        enqueue("a");
        Delivery late = receiveOne(SHORT);
        advance(SHORT);
        assertEquals(new QueueAnswer.Swept(0, -1, true), run(new QueueOp.Sweep(10)));
        assertEquals("max-deliveries", moves().get(0).message().headers().get(QueueTable.DEAD_REASON));
        assertEquals(new QueueAnswer.Acked(0, List.of(late.receipt())), ack(late));
    }

    @Test
    void aMessageIsDeadAtOnceWhereThatIsAskedFor() {
        configure(0, "graveyard", 0, 0);
        enqueue("a", "b");
        List<Delivery> both = receive(2, 0);
        run(new QueueOp.Nack(List.of(both.get(0).receipt()), 5_000, true, "bad format"));
        run(new QueueOp.Nack(List.of(both.get(1).receipt()), 0, true, ""));
        assertEquals(
                List.of("bad format", "rejected"),
                moves().stream()
                        .map(move -> move.message().headers().get(QueueTable.DEAD_REASON))
                        .toList());
    }

    @Test
    void theLastNacksReasonIsTheDeadLettersReason() {
        configure(1, "graveyard", 0, 0);
        enqueue("a");
        run(new QueueOp.Nack(List.of(receiveOne(0).receipt()), 0, false, "database away"));
        assertEquals("database away", moves().get(0).message().headers().get(QueueTable.DEAD_REASON));
    }

    @Test
    void withoutADeadLetterQueueTheDeadAreDroppedAndCounted() {
        configure(1, null, 0, 0);
        enqueue("a");
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), nack(0, receiveOne(0)));
        assertCounts(0, 0, 0);
        assertEquals(1, stats().dead());
        assertEquals(List.of(), moves());
    }

    @Test
    void zeroMaxDeliveriesIsNoBound() {
        configure(0, null, 0, 0);
        enqueue("a");
        for (int i = 1; i <= 20; i++) {
            Delivery delivery = receiveOne(0);
            assertEquals(i, delivery.deliveries());
            nack(0, delivery);
        }
    }

    @Test
    void aConsumersEndReturnsItsDeliveriesAsFailedOnes() {
        configure(2, "graveyard", 0, 0);
        enqueue("a", "b", "c");
        List<Delivery> mine = receiveAll(2, 0, "me").deliveries();
        receiveAll(1, 0, "other");
        ack(mine.get(1));
        assertEquals(new QueueAnswer.Returned(1, List.of(), false), run(new QueueOp.ReturnConsumer("me")));
        assertEquals(new QueueAnswer.Acked(0, List.of(mine.get(0).receipt())), ack(mine.get(0)));
        assertEquals(2, receiveAll(1, 0, "me").deliveries().get(0).deliveries());
        assertEquals(new QueueAnswer.Returned(1, List.of(), true), run(new QueueOp.ReturnConsumer("me")));
        assertEquals(new QueueAnswer.Returned(0, List.of(), true), run(new QueueOp.ReturnConsumer("me")));
        assertCounts(0, 0, 1);
    }

    @Test
    void movesStayUntilTheyAreForgotten() {
        configure(1, "graveyard", 0, 0);
        enqueue("a", "b");
        receive(2, 0).forEach(delivery -> nack(0, delivery));
        List<QueueAnswer.Moves.Move> moves = moves();
        assertEquals(2, moves.size());
        assertEquals(
                new QueueAnswer.Moves(moves.subList(0, 1)),
                run(new QueueOp.TakeMoves(1)),
                "the first that left is first");
        assertEquals(
                new QueueAnswer.Done(),
                run(new QueueOp.ForgetMoves(List.of(moves.get(0).id(), "unknown"))));
        assertEquals(moves.subList(1, 2), moves());
    }

    @Test
    void redriveTakesReadyMessagesByPlace() {
        enqueue(
                message("b", 4, 0, 0),
                message("a", 9, 0, 60_000),
                message("c", 4, 0, 0),
                message("later", 9, 60_000, 0));
        receiveOne(0);
        assertEquals(new QueueAnswer.Redriven(1), run(new QueueOp.Redrive("there", 1)));
        QueueAnswer.Moves.Move move = moves().get(0);
        assertEquals("there", move.to());
        assertEquals("b", move.message().body().asUtf8());
        assertEquals(Optional.of("move:" + move.id()), move.message().dedupId());
        assertEquals(Map.of(), move.message().headers());
        assertEquals(new QueueAnswer.Redriven(1), run(new QueueOp.Redrive("there", 0)));
        assertEquals(0, stats().dead());
        assertCounts(0, 1, 1);
    }

    @Test
    void redriveTakesHeldBackMessagesOfAGroupToo() {
        enqueue(grouped("a1", "a"), grouped("a2", "a"));
        assertEquals(new QueueAnswer.Redriven(2), run(new QueueOp.Redrive("there", 0)));
        assertEquals(
                List.of("a1", "a2"),
                moves().stream().map(m -> m.message().body().asUtf8()).toList());
    }

    // ---- settings, counts, upkeep

    @Test
    void configuringReplacesTheSettingsAndKeepsTheRest() {
        enqueue("a");
        QueueSettings settings = new QueueSettings(1_000, 3, Optional.of("graveyard"), 5, 60_000);
        assertEquals(new QueueAnswer.Configured(settings), run(new QueueOp.Configure(settings)));
        assertEquals(settings, stats().settings());
        assertCounts(1, 0, 0);
        assertEquals(
                new QueueAnswer.Configured(QueueSettings.DEFAULT), run(new QueueOp.Configure(QueueSettings.DEFAULT)));
    }

    @Test
    void theQueuesVisibilityTimeoutHoldsWhereNoneIsGiven() {
        run(new QueueOp.Configure(new QueueSettings(1_000, 16, Optional.empty(), 0, 0)));
        enqueue("a");
        receiveOne(0);
        advance(1_000);
        assertEquals(List.of("a"), received());
    }

    @Test
    void aPurgeTakesAllAndMakesReceiptsStale() {
        enqueue(message("ready", 4, 0, 0), message("delayed", 4, 60_000, 0), message("in flight", 9, 0, 0));
        Delivery delivery = receiveOne(0);
        assertEquals(new QueueAnswer.Purged(3), run(new QueueOp.Purge()));
        assertCounts(0, 0, 0);
        assertEquals(0, stats().oldestAgeMillis());
        assertEquals(new QueueAnswer.Acked(0, List.of(delivery.receipt())), ack(delivery));
        enqueue(grouped("a", "g"));
        assertEquals(List.of("a"), received());
    }

    @Test
    void theOldestAgeIsThatOfTheOldestMessageInWhateverState() {
        enqueue("old");
        advance(SHORT);
        enqueue("new");
        receiveOne(0);
        long age = stats().oldestAgeMillis();
        assertTrue(age >= SHORT && age < SHORT + 10_000, "age " + age);
    }

    @Test
    void peekShowsEachStateInTheOrderOfItsComing() {
        enqueue(
                message("r2", 4, 0, 0),
                message("r1", 9, 0, 0),
                message("d2", 9, 90_000, 0),
                message("d1", 0, 60_000, 0));
        enqueue(grouped("g1", "g"), grouped("g2", "g"));
        Delivery first = receiveOne(90_000);
        assertEquals("r1", first.body().asUtf8());
        receiveOne(60_000);
        assertEquals(List.of("g1", "g2"), peek(QueueOp.MessageState.READY));
        assertEquals(List.of("d1", "d2"), peek(QueueOp.MessageState.DELAYED));
        assertEquals(List.of("r2", "r1"), peek(QueueOp.MessageState.IN_FLIGHT));
        QueueAnswer.Peeked one =
                assertInstanceOf(QueueAnswer.Peeked.class, run(new QueueOp.Peek(QueueOp.MessageState.READY, 1)));
        Delivery shown = one.messages().get(0);
        assertEquals(List.of("", 0, 0L), List.of(shown.receipt(), shown.deliveries(), shown.visibleUntilMillis()));
        assertCounts(2, 2, 2);
    }

    @Test
    void aDroppedQueueStartsAnew() {
        configure(1, null, 5, 0);
        enqueue("a");
        nack(0, receiveOne(0));
        run(new QueueOp.Pause(true));
        enqueue("b");
        run(new QueueOp.Drop());
        String id = enqueue("c").get(0).id();
        assertTrue(id.startsWith("7-1-"), id);
        QueueAnswer.Counted counted = stats();
        assertEquals(0, counted.dead());
        assertFalse(counted.paused());
        assertEquals(QueueSettings.DEFAULT, counted.settings());
        assertEquals(List.of("c"), received());
    }
}
