package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The bounds of one broker that owns every queue, with a store that is answered by hand. */
class QueueBrokerLimitsTest {
    private static final NodeId SELF = NodeId.of("n1");
    private static final long SECOND = 1_000_000_000L;

    private final QueueTables store = new QueueTables();
    private final List<QueueEffect.Store> underWay = new ArrayList<>();
    private final Map<Long, Answer> ended = new LinkedHashMap<>();
    private QueueBroker broker;
    private long nextCall = 1;
    private long now = -3 * SECOND;

    private static QueueBrokerOptions options(
            int maxCalls, int maxPending, int maxParked, int maxQueues, int maxStoreCalls, int maxBatchBytes) {
        QueueBrokerOptions d = QueueBrokerOptions.DEFAULT;
        return new QueueBrokerOptions(
                maxCalls,
                maxPending,
                maxParked,
                maxQueues,
                maxStoreCalls,
                8,
                maxBatchBytes,
                d.maxEarly(),
                d.maxRemembered(),
                d.rememberNanos(),
                d.resendNanos(),
                d.backoffNanos(),
                d.guardNanos(),
                d.moveHoldNanos());
    }

    private void start(QueueBrokerOptions options) {
        broker = new QueueBroker(options, SELF, 1, new SplittableRandom(5));
        View view = new View(1, List.of(new Member(SELF, 1, 1, "", "")));
        broker.viewActive(view, Ring.of(view, 0), now);
        broker.lease(true, now);
    }

    private long call(String queue, QueueRequest request) {
        broker.call(nextCall, queue, request, now + 5 * SECOND, now);
        turn();
        return nextCall++;
    }

    private void turn() {
        for (QueueEffect effect : broker.effects()) {
            if (effect instanceof QueueEffect.Store call) {
                underWay.add(call);
            } else if (effect instanceof QueueEffect.Complete done) {
                ended.put(done.call(), done.answer());
            }
        }
    }

    private void answerStore() {
        while (!underWay.isEmpty()) {
            QueueEffect.Store call = underWay.remove(0);
            broker.stored(call.operation(), store.execute(call.queue(), call.epoch(), call.operations(), 1_000), now);
            turn();
        }
    }

    private static QueueRequest enqueue(int bytes) {
        NewMessage message = NewMessage.of(Bytes.wrap(new byte[bytes]));
        return new QueueRequest.Operate(
                new QueueOp.Enqueue(List.of(message), Optional.empty(), Bytes.utf8("sixteen bytes ok")));
    }

    private static QueueRequest waiting() {
        return new QueueRequest.Dequeue(1, 2_000, 0, "");
    }

    @Test
    void oneCallTooManyIsRefused() {
        start(options(2, 9, 9, 9, 9, 1_000));
        call("q", enqueue(1));
        call("q", enqueue(1));
        assertEquals(new Refusal.Overloaded("maxCalls", 2), ended.get(call("q", enqueue(1))));
        answerStore();
        assertEquals(3, ended.size());
        call("q", enqueue(1));
        answerStore();
        assertInstanceOf(QueueAnswer.Enqueued.class, ended.get(4L));
    }

    @Test
    void aQueueThatTheStoreIsTooSlowForRefusesMore() {
        start(options(99, 2, 9, 9, 9, 1_000));
        call("q", enqueue(1));
        call("q", enqueue(1));
        call("q", enqueue(1));
        assertEquals(new Refusal.Overloaded("maxPending", 2), ended.get(call("q", enqueue(1))));
        answerStore();
        assertEquals(4, ended.size());
    }

    @Test
    void oneWaitingConsumerTooManyIsRefused() {
        start(options(99, 9, 2, 9, 9, 1_000));
        call("q", waiting());
        answerStore();
        call("r", waiting());
        answerStore();
        long third = call("s", waiting());
        answerStore();
        assertEquals(new Refusal.Overloaded("maxParked", 2), ended.get(third));
        now += 3 * SECOND;
        broker.tick(now);
        turn();
        long fourth = call("s", waiting());
        answerStore();
        assertTrue(!ended.containsKey(fourth), "those who left made room");
    }

    @Test
    void idleQueuesMakeRoomAndBusyOnesDoNot() {
        start(options(99, 9, 9, 2, 9, 1_000));
        call("q", waiting());
        answerStore();
        call("r", new QueueRequest.Dequeue(1, 0, 0, ""));
        answerStore();
        call("s", waiting());
        answerStore();
        assertEquals(
                new Refusal.Overloaded("maxQueues", 2), ended.get(call("t", new QueueRequest.Dequeue(1, 0, 0, ""))));
    }

    @Test
    void callsToTheStoreAreBoundedOverAllQueuesAndOneAtATimeForEach() {
        start(options(99, 9, 9, 99, 3, 1_000));
        for (int i = 0; i < 5; i++) {
            call("q" + i, enqueue(1));
            call("q" + i, enqueue(1));
        }
        assertEquals(
                List.of("q0", "q1", "q2"),
                underWay.stream().map(QueueEffect.Store::queue).toList());
        answerStore();
        assertEquals(10, ended.size());
    }

    @Test
    void aCallToTheStoreIsBoundedByOperationsAndBytes() {
        start(options(99, 99, 9, 9, 9, 1_000));
        call("q", enqueue(1));
        for (int i = 0; i < 20; i++) {
            call("q", i % 2 == 0 ? enqueue(400) : waiting());
        }
        call("q", enqueue(5_000));
        while (!underWay.isEmpty()) {
            QueueEffect.Store call = underWay.remove(0);
            assertTrue(call.operations().size() <= 8, "operations: " + call.operations());
            long bytes = call.operations().stream()
                    .mapToLong(op -> op instanceof QueueOp.Enqueue enqueue
                            ? enqueue.messages().get(0).body().size()
                            : 0)
                    .sum();
            assertTrue(bytes <= 1_000 || bytes == 5_000, "bytes: " + bytes);
            broker.stored(call.operation(), store.execute(call.queue(), call.epoch(), call.operations(), 1_000), now);
            turn();
        }
        assertEquals(22, ended.size());
    }

    @Test
    void callsEndAtTheirDeadlineWithoutAView() {
        broker = new QueueBroker(QueueBrokerOptions.DEFAULT, SELF, 1, new SplittableRandom(5));
        long call = call("q", enqueue(1));
        now += 5 * SECOND - 1;
        broker.tick(now);
        turn();
        assertTrue(ended.isEmpty());
        now += 1;
        broker.tick(now);
        turn();
        assertEquals(new Refusal.Unavailable("owner-moving", 200), ended.get(call));
    }

    @Test
    void whatTheStoreHasWhenTheDeadlineComesIsUnknownForAChangeAndUnavailableForALook() {
        start(QueueBrokerOptions.DEFAULT);
        long change = call("q", enqueue(1));
        long look = call("r", new QueueRequest.Describe());
        now += 5 * SECOND;
        broker.tick(now);
        turn();
        assertInstanceOf(Refusal.OutcomeUnknown.class, ended.get(change));
        assertInstanceOf(Refusal.Unavailable.class, ended.get(look));
        answerStore();
        assertEquals(2, ended.size(), "the late answers end nothing twice");
    }
}
