package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.queue.BrokerCluster.Faults;
import io.sinkron.queue.BrokerCluster.Host;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients at three nodes enqueue, consume, acknowledge, return and hang up, while messages get lost, doubled and late, calls to the store fail before
 * and after they are done, nodes crash, restart, lose their leases, and views come at different times. Then the world heals, the queues are drained, and
 * the accounts must agree.
 */
class QueueBrokerChaosTest {
    private static final String[] NODES = {"n1", "n2", "n3"};
    private static final String[] QUEUES = {"orders", "mails"};
    private static final int STEPS = 1_500;

    /** One run. */
    private static final class Run {
        final BrokerCluster cluster;
        final SplittableRandom random;

        /** What each open call of the clients asked for. */
        final Map<Long, Object> asked = new HashMap<>();

        final Set<String> acknowledgedEnqueues = new HashSet<>();
        final Set<String> refusedEnqueues = new HashSet<>();
        final Map<String, Integer> storedTimes = new HashMap<>();
        final Map<String, Integer> receiptsGiven = new HashMap<>();
        final Set<String> ackedIds = new HashSet<>();
        final Map<String, String> bodyOfId = new HashMap<>();
        final Set<String> consumed = new HashSet<>();
        final List<Delivery> inHand = new ArrayList<>();
        final Map<String, String> queueOfReceipt = new HashMap<>();
        long epoch = 1;
        int nextBody;

        Run(long seed) {
            cluster = new BrokerCluster(seed, QueueBrokerOptions.DEFAULT, NODES);
            random = new SplittableRandom(seed ^ 0x5DEECE66DL);
            cluster.witnesses.add(this::witness);
            cluster.installEverywhere(cluster.viewOf(1, NODES));
            cluster.hosts.values().forEach(host -> host.lease(true));
            for (String queue : QUEUES) {
                QueueSettings settings = new QueueSettings(1_000, 5, Optional.of("graveyard"), 0, 0);
                cluster.await(cluster.host("n1"), queue, new QueueRequest.Operate(new QueueOp.Configure(settings)));
            }
        }

        private void witness(String queue, QueueOp op, QueueAnswer answer) {
            if (op instanceof QueueOp.Enqueue enqueue && answer instanceof QueueAnswer.Enqueued enqueued) {
                for (int i = 0; i < enqueued.items().size(); i++) {
                    if (!bodyOfId.containsKey(enqueued.items().get(i).id())) {
                        String body = enqueue.messages().get(i).body().asUtf8();
                        bodyOfId.put(enqueued.items().get(i).id(), body);
                        storedTimes.merge(queue + "/" + body, 1, Integer::sum);
                    }
                }
            } else if (answer instanceof QueueAnswer.Received received) {
                for (Delivery delivery : received.deliveries()) {
                    assertTrue(!ackedIds.contains(delivery.id()), "a delivery begins after the ack of " + delivery);
                }
            } else if (op instanceof QueueOp.Ack ack && answer instanceof QueueAnswer.Acked acked) {
                ack.receipts().stream()
                        .filter(receipt -> !acked.stale().contains(receipt))
                        .forEach(receipt -> ackedIds.add(receipt.substring(0, receipt.indexOf('.'))));
            }
        }

        private Host anyHost() {
            List<Host> up = cluster.hosts.values().stream().filter(h -> h.isUp).toList();
            return up.get(random.nextInt(up.size()));
        }

        void step() {
            cluster.runFor(random.nextInt(20));
            collect();
            Host host = anyHost();
            String queue = QUEUES[random.nextInt(QUEUES.length)];
            long timeout = 200 + random.nextInt(3_000);
            int dice = random.nextInt(100);
            if (dice < 40) {
                enqueue(host, queue, timeout);
            } else if (dice < 70) {
                dequeue(host, queue, timeout);
            } else if (dice < 92) {
                settle(host, timeout);
            } else if (dice < 95) {
                cancelOne();
            } else {
                disturb();
            }
        }

        private void enqueue(Host host, String queue, long timeout) {
            String body = "m" + nextBody++;
            boolean hasKey = random.nextBoolean();
            byte[] nonce = new byte[16];
            random.nextBytes(nonce);
            NewMessage message = random.nextInt(5) == 0
                    ? new NewMessage(
                            Bytes.utf8(body), Map.of(), 4, 100, 0, Optional.empty(), Optional.of("g" + nextBody % 3))
                    : NewMessage.of(Bytes.utf8(body));
            QueueOp.Enqueue op = new QueueOp.Enqueue(
                    List.of(message),
                    hasKey ? Optional.of(new QueueOp.Remember(body, 1)) : Optional.empty(),
                    Bytes.wrap(nonce));
            asked.put(cluster.call(host, queue, new QueueRequest.Operate(op), timeout), queue + "/" + body);
        }

        private void dequeue(Host host, String queue, long timeout) {
            long wait = random.nextBoolean() ? 0 : random.nextInt(2_000);
            QueueRequest request = new QueueRequest.Dequeue(1 + random.nextInt(4), wait, 0, "");
            asked.put(cluster.call(host, queue, request, timeout), queue);
        }

        private void settle(Host host, long timeout) {
            if (inHand.isEmpty()) {
                return;
            }
            Delivery delivery = inHand.remove(random.nextInt(inHand.size()));
            String queue = queueOfReceipt.get(delivery.receipt());
            QueueOp op = random.nextInt(4) > 0
                    ? new QueueOp.Ack(List.of(delivery.receipt()))
                    : new QueueOp.Nack(List.of(delivery.receipt()), random.nextInt(2) * 50L, false, "");
            asked.put(cluster.call(host, queue, new QueueRequest.Operate(op), timeout), op);
        }

        private void cancelOne() {
            if (!cluster.open.isEmpty()) {
                List<Long> open = List.copyOf(cluster.open.keySet());
                long call = open.get(random.nextInt(open.size()));
                cluster.callerOf(call).cancel(call);
            }
        }

        private void disturb() {
            int dice = random.nextInt(10);
            Host host = anyHost();
            if (dice < 4) {
                changeView();
            } else if (dice < 6) {
                host.lease(random.nextBoolean());
            } else if (dice < 8) {
                cluster.faults =
                        random.nextBoolean() ? new Faults(0.1, 0.1, 0.05, 0.05, 40) : new Faults(0.02, 0.02, 0, 0, 8);
            } else if (cluster.hosts.values().stream().filter(h -> h.isUp).count() == NODES.length) {
                cluster.crash(host);
            } else {
                cluster.hosts.values().stream().filter(h -> !h.isUp).toList().forEach(dead -> {
                    cluster.restart(dead);
                    dead.lease(true);
                });
                changeView();
            }
        }

        /** Some nodes are in the next view, and each that is up hears of it in its own time. */
        private void changeView() {
            List<String> members = new ArrayList<>();
            for (String node : NODES) {
                if (cluster.host(node).isUp && random.nextInt(4) > 0) {
                    members.add(node);
                }
            }
            if (members.isEmpty()) {
                members.add(anyHost().id.value());
            }
            var view = cluster.viewOf(++epoch, members.toArray(String[]::new));
            for (Host host : cluster.hosts.values()) {
                long incarnation = host.incarnation;
                cluster.at(random.nextInt(300), () -> {
                    if (host.isUp && host.incarnation == incarnation && host.view.epoch() < view.epoch()) {
                        host.install(view);
                    }
                });
            }
        }

        /** Looks at the answers that came. */
        void collect() {
            for (Host host : cluster.hosts.values()) {
                host.ended.forEach(this::ended);
                host.ended.clear();
            }
        }

        private void ended(long call, Answer answer) {
            Object what = asked.remove(call);
            if (answer instanceof QueueAnswer.Enqueued) {
                acknowledgedEnqueues.add((String) what);
            } else if (answer instanceof QueueAnswer.Received received) {
                for (Delivery delivery : received.deliveries()) {
                    receiptsGiven.merge(delivery.receipt(), 1, Integer::sum);
                    queueOfReceipt.put(delivery.receipt(), (String) what);
                    consumed.add(what + "/" + delivery.body().asUtf8());
                    inHand.add(delivery);
                }
            } else if (answer instanceof Refusal refusal && refusal.effect() == Refusal.Effect.NOT_APPLIED) {
                if (what instanceof String text && text.contains("/")) {
                    refusedEnqueues.add(text);
                }
            }
        }

        /** No more faults; all nodes in one view; then everything is consumed. */
        void healAndDrain() {
            cluster.faults = Faults.NONE;
            cluster.hosts.values().stream().filter(h -> !h.isUp).toList().forEach(cluster::restart);
            cluster.runFor(400);
            cluster.installEverywhere(cluster.viewOf(++epoch, NODES));
            cluster.hosts.values().forEach(host -> host.lease(true));
            cluster.hosts.values().forEach(host -> host.broker.adopt(cluster.store.names(), cluster.now));
            cluster.runFor(15_000);
            collect();
            assertTrue(cluster.open.isEmpty(), "every call has ended");
            for (String queue : List.of(QUEUES[0], QUEUES[1], "graveyard")) {
                drain(queue);
            }
        }

        private void drain(String queue) {
            for (int i = 0; i < 2_000; i++) {
                Answer answer = cluster.await(anyHost(), queue, new QueueRequest.Dequeue(100, 0, 60_000, ""));
                List<Delivery> deliveries = ((QueueAnswer.Received) answer).deliveries();
                if (deliveries.isEmpty()) {
                    return;
                }
                for (Delivery delivery : deliveries) {
                    String from = delivery.headers().getOrDefault(QueueTable.DEAD_QUEUE, queue);
                    consumed.add(from + "/" + delivery.body().asUtf8());
                }
                List<String> receipts =
                        deliveries.stream().map(Delivery::receipt).toList();
                assertEquals(
                        new QueueAnswer.Acked(receipts.size(), List.of()),
                        cluster.await(anyHost(), queue, new QueueRequest.Operate(new QueueOp.Ack(receipts))));
            }
        }

        void audit() {
            acknowledgedEnqueues.forEach(
                    message -> assertTrue(consumed.contains(message), message + " was acknowledged and is lost"));
            refusedEnqueues.forEach(message -> assertTrue(
                    !storedTimes.containsKey(message), message + " was refused as not applied, and is stored"));
            storedTimes.forEach((message, times) -> assertEquals(1, times, message + " is stored more than once"));
            receiptsGiven.forEach(
                    (receipt, times) -> assertEquals(1, times, "a delivery came to more than one consumer"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void noAcknowledgedMessageIsLostNoneIsStoredTwiceAndEveryCallEnds(long seed) {
        check(seed);
    }

    static void check(long seed) {
        Run run = new Run(seed);
        for (int i = 0; i < STEPS; i++) {
            run.step();
        }
        run.healAndDrain();
        run.audit();
        assertTrue(run.acknowledgedEnqueues.size() > STEPS / 20, "the run did something");
    }
}
