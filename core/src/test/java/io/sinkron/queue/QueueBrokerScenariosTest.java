package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;

/** Calls at any node, and consumers that wait: every path that makes a message ready wakes one, every wait ends. */
class QueueBrokerScenariosTest extends BrokerScenario {
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
    void moreThanFitsIntoOneMessageToAnotherNodeIsGivenBackUncounted() {
        String large = "x".repeat(400_000);
        cluster.await(owner, "q", enqueue("1" + large, "2" + large, "3" + large, "4" + large));
        assertEquals(2, deliveries(cluster.await(other, "q", dequeue(10, 0))).size());
        cluster.runFor(20);
        List<QueueAnswer.Delivery> rest = deliveries(cluster.await(owner, "q", dequeue(10, 0)));
        assertEquals(
                List.of('3', '4'),
                rest.stream().map(d -> d.body().asUtf8().charAt(0)).toList());
        assertEquals(1, rest.get(0).deliveries());
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
}
