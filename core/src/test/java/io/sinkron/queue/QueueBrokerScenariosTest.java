package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.Ring;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.queue.BrokerCluster.Host;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class QueueBrokerScenariosTest {
    private final BrokerCluster cluster = BrokerCluster.healthy("n1", "n2", "n3");
    private final Host owner = cluster.ownerOf("q");
    private final Host other = cluster.otherThanOwner("q");

    static QueueRequest enqueue(String... bodies) {
        return new QueueRequest.Operate(new QueueOp.Enqueue(
                List.of(bodies).stream().map(b -> NewMessage.of(Bytes.utf8(b))).toList(),
                Optional.empty(),
                Bytes.utf8("nonce-of-enqueue")));
    }

    static QueueRequest dequeue(int max, long waitMillis) {
        return new QueueRequest.Dequeue(max, waitMillis, 0, "");
    }

    static QueueRequest operate(QueueOp op) {
        return new QueueRequest.Operate(op);
    }

    static QueueRequest ack(QueueAnswer.Delivery delivery) {
        return operate(new QueueOp.Ack(List.of(delivery.receipt())));
    }

    static QueueRequest nack(QueueAnswer.Delivery delivery) {
        return operate(new QueueOp.Nack(List.of(delivery.receipt()), 0, false, ""));
    }

    private static List<QueueAnswer.Delivery> deliveries(Answer answer) {
        return assertInstanceOf(QueueAnswer.Received.class, answer).deliveries();
    }

    private static List<String> bodies(Answer answer) {
        return deliveries(answer).stream().map(d -> d.body().asUtf8()).toList();
    }

    private QueueReply.Description describe(String queue) {
        return assertInstanceOf(QueueReply.Description.class, cluster.await(owner, queue, new QueueRequest.Describe()));
    }

    private Host hostThat(Predicate<Host> wanted) {
        return cluster.hosts.values().stream().filter(wanted).findFirst().orElseThrow();
    }

    // ---- any node takes any call

    @Test
    void aMessageGoesThroughWhicheverNodeIsAsked() {
        for (Host host : cluster.hosts.values()) {
            assertInstanceOf(QueueAnswer.Enqueued.class, cluster.await(host, "q", enqueue("from " + host.id)));
        }
        for (Host host : cluster.hosts.values()) {
            List<QueueAnswer.Delivery> got = deliveries(cluster.await(host, "q", dequeue(1, 0)));
            assertEquals("from " + host.id, got.get(0).body().asUtf8());
            assertEquals(new QueueAnswer.Acked(1, List.of()), cluster.await(host, "q", ack(got.get(0))));
        }
        assertEquals(0, describe("q").counted().ready());
    }

    @Test
    void aDescriptionNamesOwnerAndEpoch() {
        cluster.await(other, "q", enqueue("a"));
        QueueReply.Description description = describe("q");
        assertEquals(owner.id, description.owner());
        assertEquals(1, description.epoch());
        assertEquals(1, description.counted().ready());
        assertEquals(List.of(new QueueEffect.Moved("q", 1)), cluster.moved);
    }

    @Test
    void anUnknownQueueIsEmptyForConsumersAndUnknownForTheRest() {
        assertEquals(List.of(), bodies(cluster.await(other, "none", dequeue(1, 0))));
        assertEquals(new QueueAnswer.NoSuchQueue("none"), cluster.await(other, "none", operate(new QueueOp.Purge())));
    }

    @Test
    void whatIsOutOfRangeIsRefusedWithItsName() {
        Map<QueueRequest, String> bad = Map.of(
                dequeue(0, 0),
                "max",
                dequeue(1, 30_001),
                "wait_ms",
                new QueueRequest.Dequeue(1, 0, 999, ""),
                "visibility_timeout_ms",
                operate(new QueueOp.Claim()),
                "operation",
                operate(new QueueOp.TakeMoves(1)),
                "operation",
                enqueue(),
                "messages");
        bad.forEach((request, field) -> assertEquals(
                field,
                assertInstanceOf(Refusal.BadRequest.class, cluster.await(other, "q", request))
                        .field()));
        assertEquals(
                "queue",
                assertInstanceOf(Refusal.BadRequest.class, cluster.await(other, "a{b}", dequeue(1, 0)))
                        .field());
    }

    @Test
    void callsOfOneTurnGoToTheStoreTogether() {
        cluster.await(owner, "q", enqueue("first"));
        int before = cluster.storeCalls.get("q");
        for (int i = 0; i < 50; i++) {
            cluster.call(other, "q", enqueue("m" + i), 5_000);
        }
        cluster.runFor(100);
        assertTrue(cluster.storeCalls.get("q") - before <= 10, "calls: " + cluster.storeCalls);
        assertEquals(51, describe("q").counted().ready());
    }

    // ---- consumers that wait: every path that makes a message ready wakes one

    private long park(Host host, long waitMillis) {
        long call = cluster.call(host, "q", dequeue(1, waitMillis), waitMillis + 5_000);
        cluster.runFor(20);
        assertTrue(cluster.open.containsKey(call), "the consumer waits");
        return call;
    }

    private void assertWoken(Host host, long call, String body) {
        assertEquals(List.of(body), bodies(host.ended.get(call)));
    }

    @Test
    void anEnqueueWakesTheConsumerThatWaitsLongest() {
        long first = park(other, 20_000);
        long second = park(owner, 20_000);
        cluster.await(other, "q", enqueue("a"));
        cluster.runFor(10);
        assertWoken(other, first, "a");
        assertTrue(cluster.open.containsKey(second));
        cluster.await(other, "q", enqueue("b"));
        cluster.runFor(10);
        assertWoken(owner, second, "b");
    }

    @Test
    void oneEnqueueOfManyWakesAsMany() {
        List<Long> calls = List.of(park(other, 20_000), park(owner, 20_000), park(other, 20_000));
        cluster.await(other, "q", enqueue("a", "b"));
        cluster.runFor(20);
        assertEquals(1, calls.stream().filter(cluster.open::containsKey).count());
        assertTrue(cluster.open.containsKey(calls.get(2)), "the last one goes on waiting");
    }

    @Test
    void aNackWakes() {
        cluster.await(owner, "q", enqueue("a"));
        QueueAnswer.Delivery delivery =
                deliveries(cluster.await(owner, "q", dequeue(1, 0))).get(0);
        long waiting = park(other, 20_000);
        cluster.await(owner, "q", nack(delivery));
        cluster.runFor(10);
        assertWoken(other, waiting, "a");
    }

    @Test
    void aTimeoutWakesAtItsTime() {
        cluster.await(owner, "q", enqueue("a"));
        cluster.await(owner, "q", new QueueRequest.Dequeue(1, 0, 2_000, ""));
        long waiting = park(other, 20_000);
        cluster.runFor(1_900);
        assertTrue(cluster.open.containsKey(waiting));
        cluster.runFor(120);
        assertWoken(other, waiting, "a");
    }

    @Test
    void anExtensionThatShortensADeliveryWakesAtItsTime() {
        cluster.await(owner, "q", enqueue("a"));
        QueueAnswer.Delivery delivery =
                deliveries(cluster.await(owner, "q", dequeue(1, 0))).get(0);
        long waiting = park(other, 20_000);
        cluster.await(owner, "q", operate(new QueueOp.Extend(List.of(delivery.receipt()), 1_000)));
        cluster.runFor(1_050);
        assertWoken(other, waiting, "a");
    }

    @Test
    void aDelayThatIsOverWakesAtItsTime() {
        NewMessage delayed = new NewMessage(Bytes.utf8("a"), Map.of(), 4, 3_000, 0, Optional.empty(), Optional.empty());
        long waiting = park(other, 20_000);
        cluster.await(
                owner, "q", operate(new QueueOp.Enqueue(List.of(delayed), Optional.empty(), Bytes.utf8("12345678"))));
        cluster.runFor(2_900);
        assertTrue(cluster.open.containsKey(waiting));
        cluster.runFor(150);
        assertWoken(other, waiting, "a");
    }

    @Test
    void aNackWithADelayWakesAtItsTime() {
        cluster.await(owner, "q", enqueue("a"));
        QueueAnswer.Delivery delivery =
                deliveries(cluster.await(owner, "q", dequeue(1, 0))).get(0);
        long waiting = park(other, 20_000);
        cluster.await(owner, "q", operate(new QueueOp.Nack(List.of(delivery.receipt()), 1_000, false, "")));
        cluster.runFor(1_050);
        assertWoken(other, waiting, "a");
    }

    @Test
    void aResumeWakes() {
        cluster.await(owner, "q", enqueue("a"));
        cluster.await(owner, "q", operate(new QueueOp.Pause(true)));
        long waiting = park(other, 20_000);
        cluster.await(owner, "q", operate(new QueueOp.Pause(false)));
        cluster.runFor(10);
        assertWoken(other, waiting, "a");
    }

    @Test
    void anAckThatFreesAGroupWakes() {
        NewMessage first = new NewMessage(Bytes.utf8("g1"), Map.of(), 4, 0, 0, Optional.empty(), Optional.of("g"));
        NewMessage second = new NewMessage(Bytes.utf8("g2"), Map.of(), 4, 0, 0, Optional.empty(), Optional.of("g"));
        cluster.await(
                owner,
                "q",
                operate(new QueueOp.Enqueue(List.of(first, second), Optional.empty(), Bytes.utf8("12345678"))));
        QueueAnswer.Delivery head =
                deliveries(cluster.await(owner, "q", dequeue(2, 0))).get(0);
        long waiting = park(other, 20_000);
        cluster.await(owner, "q", ack(head));
        cluster.runFor(10);
        assertWoken(other, waiting, "g2");
    }

    @Test
    void theEndOfAConsumersSessionWakes() {
        cluster.await(owner, "q", enqueue("a"));
        cluster.await(owner, "q", new QueueRequest.Dequeue(1, 0, 0, "session"));
        long waiting = park(other, 20_000);
        assertEquals(
                new QueueAnswer.Returned(1, List.of(), false),
                cluster.await(other, "q", operate(new QueueOp.ReturnConsumer("session"))));
        cluster.runFor(10);
        assertWoken(other, waiting, "a");
    }

    @Test
    void aRedriveAndTheArrivalOfADeadLetterWake() {
        cluster.await(owner, "source", enqueue("a"));
        long waiting = park(other, 20_000);
        assertEquals(new QueueAnswer.Redriven(1), cluster.await(owner, "source", operate(new QueueOp.Redrive("q", 0))));
        cluster.runFor(10);
        assertWoken(other, waiting, "a");
    }

    @Test
    void aChangeOfTheOwnerTakesWaitingConsumersAlong() {
        long waiting = park(other, 20_000);
        String left = hostThat(h -> h != owner && h != other).id.value();
        cluster.leave(owner);
        assertTrue(cluster.open.containsKey(waiting));
        cluster.await(cluster.host(left), "q", enqueue("a"));
        cluster.runFor(10);
        assertWoken(other, waiting, "a");
    }

    // ---- waits end

    @Test
    void aWaitEndsWithNothingAtItsTime() {
        long waiting = park(other, 1_000);
        cluster.runFor(900);
        assertTrue(cluster.open.containsKey(waiting));
        cluster.runFor(110);
        assertEquals(List.of(), bodies(other.ended.get(waiting)));
    }

    @Test
    void aShorterDeadlineEndsAWaitWithNothing() {
        long waiting = cluster.call(owner, "q", dequeue(1, 20_000), 300);
        cluster.runFor(310);
        assertEquals(List.of(), bodies(owner.ended.get(waiting)));
        long remote = cluster.call(other, "q", dequeue(1, 20_000), 300);
        cluster.runFor(310);
        assertEquals(List.of(), bodies(other.ended.get(remote)));
    }

    @Test
    void aCancelledConsumerIsGivenNothingWhereverItWaited() {
        for (Host host : List.of(owner, other)) {
            long waiting = park(host, 20_000);
            host.cancel(waiting);
            assertEquals(new Refusal.Cancelled(), host.ended.get(waiting));
            cluster.runFor(20);
            cluster.await(owner, "q", enqueue("a"));
            assertEquals(1, describe("q").counted().ready());
            cluster.await(owner, "q", operate(new QueueOp.Purge()));
        }
    }

    @Test
    void whatWasReceivedForAConsumerThatLeftMeanwhileIsGivenBackUncounted() {
        cluster.await(owner, "q", operate(new QueueOp.Configure(new QueueSettings(30_000, 1, Optional.empty(), 0, 0))));
        cluster.await(owner, "q", enqueue("a"));
        for (int leavesAfter = 0; leavesAfter < 80; leavesAfter++) {
            Host host = leavesAfter % 2 == 0 ? owner : other;
            cluster.faults = new BrokerCluster.Faults(0, 0, 0, 0, 20);
            long call = cluster.call(host, "q", dequeue(1, 20_000), 30_000);
            cluster.runFor(leavesAfter / 2);
            if (host.ended.containsKey(call)) {
                QueueAnswer.Delivery had = deliveries(host.ended.get(call)).get(0);
                QueueOp giveBack = new QueueOp.Nack(List.of(had.receipt()), QueueTable.UNDELIVERED, false, "");
                cluster.await(host, "q", operate(giveBack));
            } else {
                host.cancel(call);
                cluster.runFor(500);
            }
            cluster.faults = BrokerCluster.Faults.NONE;
            QueueAnswer.Counted counted = describe("q").counted();
            assertEquals(List.of(1L, 0L, 0L), List.of(counted.ready(), counted.inFlight(), counted.dead()));
        }
        assertEquals(
                1, deliveries(cluster.await(owner, "q", dequeue(1, 0))).get(0).deliveries());
    }

    // ---- dead letters

    @Test
    void aNackIsAnsweredWhenTheDeadLetterHasArrived() {
        cluster.await(
                owner, "q", operate(new QueueOp.Configure(new QueueSettings(30_000, 1, Optional.of("dlq"), 0, 0))));
        cluster.await(owner, "q", enqueue("a"));
        QueueAnswer.Delivery delivery =
                deliveries(cluster.await(other, "q", dequeue(1, 0))).get(0);
        cluster.faults = new BrokerCluster.Faults(0, 0, 0, 0, 30);
        assertInstanceOf(QueueAnswer.Returned.class, cluster.await(owner, "q", nack(delivery)));
        assertTrue(cluster.store.names().contains("dlq"));
        QueueAnswer.Delivery dead =
                deliveries(cluster.await(other, "dlq", dequeue(1, 0))).get(0);
        assertEquals("q", dead.headers().get(QueueTable.DEAD_QUEUE));
        assertEquals(1, dead.deliveries());
        assertEquals(1, describe("q").counted().dead());
    }

    @Test
    void aDeadLetterArrivesOnceAlthoughTheStoreFailsAllTheTime() {
        cluster.await(
                owner, "q", operate(new QueueOp.Configure(new QueueSettings(30_000, 1, Optional.of("dlq"), 0, 0))));
        cluster.await(owner, "q", enqueue("a", "b", "c"));
        List<QueueAnswer.Delivery> all = deliveries(cluster.await(other, "q", dequeue(3, 0)));
        cluster.faults = new BrokerCluster.Faults(0.2, 0.2, 0.2, 0.3, 10);
        all.forEach(delivery -> cluster.call(other, "q", nack(delivery), 60_000));
        cluster.runFor(59_000);
        cluster.faults = BrokerCluster.Faults.NONE;
        cluster.runFor(5_000);
        assertEquals(3, describe("dlq").counted().ready());
    }

    @Test
    void aFullDeadLetterQueueGetsItsMessagesOnceItHasRoom() {
        cluster.await(
                owner, "dlq", operate(new QueueOp.Configure(new QueueSettings(30_000, 1, Optional.empty(), 1, 0))));
        cluster.await(owner, "dlq", enqueue("in the way"));
        cluster.await(
                owner, "q", operate(new QueueOp.Configure(new QueueSettings(30_000, 1, Optional.of("dlq"), 0, 0))));
        cluster.await(owner, "q", enqueue("a"));
        cluster.await(
                owner,
                "q",
                nack(deliveries(cluster.await(owner, "q", dequeue(1, 0))).get(0)));
        cluster.runFor(3_000);
        assertEquals(1, describe("dlq").counted().ready());
        cluster.await(owner, "dlq", operate(new QueueOp.Purge()));
        cluster.runFor(3_000);
        assertEquals(List.of("a"), bodies(cluster.await(owner, "dlq", dequeue(5, 0))));
    }

    // ---- the store away

    @Test
    void callsFailUnavailableWhileTheStoreIsAwayAndGoOnWhenItIsBack() {
        cluster.faults = new BrokerCluster.Faults(0, 0, 1, 0, 1);
        assertInstanceOf(Refusal.Unavailable.class, cluster.await(other, "q", enqueue("lost")));
        long patient = cluster.call(other, "q", enqueue("kept"), 20_000);
        cluster.runFor(10_000);
        cluster.faults = BrokerCluster.Faults.NONE;
        cluster.runFor(3_000);
        assertInstanceOf(QueueAnswer.Enqueued.class, other.ended.get(patient));
        assertEquals(List.of("kept"), bodies(cluster.await(owner, "q", dequeue(5, 0))));
    }

    @Test
    void anEnqueueThatTheStoreMayHaveDoneIsUnknownUnlessItCanBeRepeated() {
        cluster.await(owner, "q", enqueue("first"));
        cluster.faults = new BrokerCluster.Faults(0, 0, 0, 1, 1);
        QueueOp.Enqueue withKey = new QueueOp.Enqueue(
                List.of(NewMessage.of(Bytes.utf8("keyed"))),
                Optional.of(new QueueOp.Remember("key", 1)),
                Bytes.utf8("12345678"));
        long keyed = cluster.call(other, "q", operate(withKey), 20_000);
        assertInstanceOf(Refusal.OutcomeUnknown.class, cluster.await(other, "q", enqueue("plain")));
        cluster.runFor(2_000);
        cluster.faults = BrokerCluster.Faults.NONE;
        cluster.runFor(5_000);
        assertInstanceOf(QueueAnswer.Enqueued.class, other.ended.get(keyed));
        List<String> stored = bodies(cluster.await(owner, "q", dequeue(10, 0)));
        assertEquals(1, stored.stream().filter("keyed"::equals).count());
    }

    @Test
    void aStoreThatLostItsClaimsIsClaimedAnew() {
        cluster.await(owner, "q", enqueue("a"));
        cluster.store = new QueueTables();
        assertInstanceOf(QueueAnswer.Enqueued.class, cluster.await(owner, "q", enqueue("b")));
        assertEquals(List.of(new QueueEffect.Moved("q", 1), new QueueEffect.Moved("q", 1)), cluster.moved);
        assertEquals(List.of("b"), bodies(cluster.await(other, "q", dequeue(5, 0))));
    }

    // ---- lease and epochs

    @Test
    void withoutALeaseTheOwnerAsksNothingOfTheStore() {
        cluster.await(owner, "q", enqueue("a"));
        owner.lease(false);
        int before = cluster.storeCalls.get("q");
        assertInstanceOf(Refusal.Unavailable.class, cluster.await(other, "q", enqueue("b")));
        assertEquals(before, cluster.storeCalls.get("q"));
        long patient = cluster.call(other, "q", enqueue("c"), 10_000);
        cluster.runFor(1_000);
        owner.lease(true);
        cluster.runFor(2_000);
        assertInstanceOf(QueueAnswer.Enqueued.class, other.ended.get(patient));
    }

    @Test
    void aRequestOfANewerViewWaitsUntilItsReceiverHasTheView() {
        String third = hostThat(h -> h != owner && h != other).id.value();
        Host next = cluster.host(third);
        other.install(cluster.viewOf(2, third));
        long call = cluster.call(other, "q", enqueue("a"), 5_000);
        cluster.runFor(1_000);
        assertTrue(cluster.open.containsKey(call));
        assertFalse(cluster.sent.containsKey(next.id), "it doesn't refuse by a view that it knows to be old");
        assertFalse(cluster.storeCalls.containsKey("q"));
        next.install(cluster.viewOf(2, third));
        cluster.runFor(20);
        assertInstanceOf(QueueAnswer.Enqueued.class, other.ended.get(call));
    }

    @Test
    void aReceiverInANewerViewThatIsNotTheOwnerSendsTheCallBackAndItGoesRightLater() {
        String third = hostThat(h -> h != owner && h != other).id.value();
        BrokerCluster.Host next = cluster.host(third);
        cluster.install(owner, cluster.viewOf(2, third));
        cluster.install(next, cluster.viewOf(2, third));
        long call = cluster.call(other, "q", enqueue("a"), 5_000);
        cluster.runFor(1_000);
        assertTrue(cluster.open.containsKey(call), "it waits for its own view to catch up");
        cluster.install(other, cluster.viewOf(2, third));
        cluster.runFor(20);
        assertInstanceOf(QueueAnswer.Enqueued.class, other.ended.get(call));
    }

    @Test
    void anOwnerThatIsReplacedBehindItsBackDoesNothingAndHandsTheCallOn() {
        cluster.await(owner, "q", enqueue("a"));
        String third = hostThat(h -> h != owner && h != other).id.value();
        Host next = cluster.host(third);
        next.install(cluster.viewOf(2, third));
        assertInstanceOf(QueueAnswer.Enqueued.class, cluster.await(next, "q", enqueue("b")));
        long refused = cluster.call(owner, "q", enqueue("c"), 5_000);
        cluster.runFor(100);
        assertTrue(cluster.open.containsKey(refused));
        owner.install(cluster.viewOf(2, third));
        other.install(cluster.viewOf(2, third));
        cluster.runFor(50);
        assertInstanceOf(QueueAnswer.Enqueued.class, owner.ended.get(refused));
        assertEquals(List.of("a", "b", "c"), bodies(cluster.await(other, "q", dequeue(9, 0))));
    }

    @Test
    void anOwnerThatLosesAQueueToAJoinerHandsItsConsumersOverAndTouchesItNoMore() {
        BrokerCluster growing = new BrokerCluster(1, QueueBrokerOptions.DEFAULT, "n1", "n2", "n3");
        growing.hosts.values().forEach(host -> host.lease(true));
        growing.installEverywhere(growing.viewOf(1, "n1", "n2"));
        String queue = queueThatMoves(growing);
        Host old = growing.ownerOf(queue);
        Host bystander = growing.host(old.id.value().equals("n1") ? "n2" : "n1");
        long remote = growing.call(bystander, queue, dequeue(1, 20_000), 25_000);
        growing.runFor(20);
        long local = growing.call(old, queue, dequeue(1, 20_000), 25_000);
        growing.runFor(20);
        growing.installEverywhere(growing.viewOf(2, "n1", "n2", "n3"));
        int before = growing.storeCalls.get(queue + " by " + old.id);
        growing.await(bystander, queue, enqueue("a", "b"));
        growing.runFor(50);
        assertEquals(List.of("a"), bodies(bystander.ended.get(remote)));
        assertEquals(List.of("b"), bodies(old.ended.get(local)));
        growing.runFor(60_000);
        assertEquals(before, growing.storeCalls.get(queue + " by " + old.id));
    }

    /** A queue that n3 takes over when it joins n1 and n2. */
    private static String queueThatMoves(BrokerCluster cluster) {
        Ring ring = Ring.of(cluster.viewOf(2, "n1", "n2", "n3"), 0);
        int i = 0;
        while (!ring.owner("q" + i).value().equals("n3")) {
            i++;
        }
        return "q" + i;
    }

    // ---- messages between nodes

    @Test
    void aLostReplyDoesNotEnqueueTwice() {
        cluster.faults = new BrokerCluster.Faults(0.6, 0.5, 0, 0, 40);
        for (int i = 0; i < 20; i++) {
            cluster.call(other, "q", enqueue("m" + i), 60_000);
        }
        cluster.runFor(59_000);
        cluster.faults = BrokerCluster.Faults.NONE;
        cluster.runFor(1_500);
        assertEquals(20, describe("q").counted().ready());
    }

    @Test
    void aPlainEnqueueIsUnknownWhenItsOwnerDiesAndAKeyedOneIsDoneByTheNext() {
        QueueOp.Enqueue withKey = new QueueOp.Enqueue(
                List.of(NewMessage.of(Bytes.utf8("keyed"))),
                Optional.of(new QueueOp.Remember("key", 1)),
                Bytes.utf8("12345678"));
        long keyed = cluster.call(other, "q", operate(withKey), 20_000);
        long plain = cluster.call(other, "q", enqueue("plain"), 20_000);
        cluster.crash(owner);
        cluster.runFor(1_000);
        cluster.leave(owner);
        cluster.runFor(20);
        assertInstanceOf(Refusal.OutcomeUnknown.class, other.ended.get(plain));
        assertInstanceOf(QueueAnswer.Enqueued.class, other.ended.get(keyed));
    }

    @Test
    void queuesThatNobodyAsksForAreLookedIntoByTheirNewOwner() {
        cluster.await(
                owner, "q", operate(new QueueOp.Configure(new QueueSettings(1_000, 1, Optional.of("dlq"), 0, 0))));
        cluster.await(owner, "q", enqueue("a"));
        cluster.await(owner, "q", dequeue(1, 0));
        cluster.crash(owner);
        cluster.leave(owner);
        cluster.hosts.values().stream().filter(h -> h.isUp).forEach(h -> {
            h.broker.adopt(List.of("q", "dlq"), cluster.now);
            h.lease(true);
        });
        cluster.runFor(2_000);
        assertTrue(cluster.store.names().contains("dlq"));
    }
}
