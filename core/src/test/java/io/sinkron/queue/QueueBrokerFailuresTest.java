package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.Ring;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.queue.BrokerCluster.Host;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Dead letters, a store that is away, leases, epochs, and nodes that come and go. */
class QueueBrokerFailuresTest extends BrokerScenario {
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
    void theEndOfASessionReturnsItsDeliveriesAlsoWhereAnEarlierOwnerMadeThem() {
        cluster.await(owner, "q", enqueue("a", "b"));
        cluster.await(owner, "q", new QueueRequest.Dequeue(1, 0, 0, "session"));
        cluster.leave(owner);
        Host next = cluster.ownerOf("q");
        cluster.await(next, "q", new QueueRequest.Dequeue(1, 0, 0, "another"));
        cluster.consumerEnded("session");
        cluster.runFor(20);
        QueueAnswer.Counted counted = describe("q").counted();
        assertEquals(List.of(1L, 1L), List.of(counted.ready(), counted.inFlight()));
        int before = cluster.storeCalls.get("q");
        cluster.await(next, "q", operate(new QueueOp.Purge()));
        cluster.await(next, "q", dequeue(1, 0));
        cluster.consumerEnded("stranger");
        cluster.runFor(20);
        assertEquals(2, cluster.storeCalls.get("q") - before, "nothing is open: nobody needs to be asked");
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
