package io.sinkron.examples.demo;

import io.sinkron.CallOptions;
import io.sinkron.Sinkron;
import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Messages go in at one node and come out at another; one that isn't acknowledged comes again. */
final class QueueTour {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final long VISIBILITY_MILLIS = 1_000;

    private final Sinkron sender;
    private final Sinkron receiver;
    private final Report report;
    private final String queue;

    QueueTour(DemoCluster cluster, Report report, String run) {
        this.sender = cluster.node(cluster.running().get(0));
        this.receiver = cluster.node(cluster.running().get(2));
        this.report = report;
        this.queue = "parcels" + run;
    }

    void play() {
        QueueSettings settings = new QueueSettings(VISIBILITY_MILLIS, 16, Optional.empty(), 0, 0);
        Await.result(sender.queues().configure(queue, settings, CallOptions.DEFAULT));
        sendAndReceive();
        redelivery();
    }

    private void sendAndReceive() {
        String owner = sender.cluster().ring().owner(queue).value();
        report.chapter(
                "A queue, from any node to any node",
                "Messages are sent through n1 and received through n3; the ring says that " + owner
                        + " owns the queue.");
        List<NewMessage> messages = List.of(message("one"), message("two"), message("three"));
        Await.result(sender.queues().enqueue(queue, messages, CallOptions.DEFAULT));
        List<Delivery> received = receiver.queues().receive(queue, 10, LONG);
        List<String> bodies =
                received.stream().map(each -> each.body().asUtf8()).toList();
        report.check(
                "one, two, three, in this order",
                String.join(", ", bodies),
                bodies.equals(List.of("one", "two", "three")));
        List<String> receipts = received.stream().map(Delivery::receipt).toList();
        int acked = Await.result(receiver.queues().ack(queue, receipts, CallOptions.DEFAULT))
                .count();
        long left = count();
        report.check(
                "acknowledged, they are gone", acked + " acknowledged, " + left + " left", acked == 3 && left == 0);
    }

    private void redelivery() {
        report.chapter(
                "A consumer that doesn't acknowledge",
                "A delivery is invisible to others for this queue's timeout of " + VISIBILITY_MILLIS
                        + " ms. Whoever crashes meanwhile loses nothing.");
        sender.queues().send(queue, Bytes.utf8("fragile").array());
        Delivery lost = receiver.queues().receive(queue, 1, LONG).get(0);
        boolean isHidden = sender.queues().receive(queue, 1, Duration.ZERO).isEmpty();
        report.check("at first nobody else gets it", isHidden ? "nothing" : "it came twice", isHidden);
        long began = System.nanoTime();
        Delivery again = sender.queues().receive(queue, 1, LONG).get(0);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        report.check(
                "then it comes again, as delivery 2",
                "'" + again.body().asUtf8() + "' after " + Report.seconds(took) + ", delivery " + again.deliveries(),
                again.id().equals(lost.id()) && again.deliveries() == 2);
        boolean lateCounts = receiver.queues().ack(queue, lost);
        report.check(
                "the first consumer's late acknowledgement removes nothing",
                lateCounts ? "it did" : "stale",
                !lateCounts);
        boolean counts = sender.queues().ack(queue, again);
        report.check("the second consumer's does", counts ? "acknowledged" : "stale", counts);
    }

    private static NewMessage message(String body) {
        return NewMessage.of(Bytes.utf8(body));
    }

    private long count() {
        var counted = Await.result(sender.queues().describe(queue, CallOptions.DEFAULT))
                .counted();
        return counted.ready() + counted.delayed() + counted.inFlight();
    }
}
