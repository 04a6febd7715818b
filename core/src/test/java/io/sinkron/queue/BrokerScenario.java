package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.queue.BrokerCluster.Host;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The words in which the scenarios of the broker are told: three healthy nodes, and a queue {@code q} with its owner and another node. */
abstract class BrokerScenario {
    final BrokerCluster cluster = BrokerCluster.healthy("n1", "n2", "n3");
    final Host owner = cluster.ownerOf("q");
    final Host other = cluster.otherThanOwner("q");

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

    static List<QueueAnswer.Delivery> deliveries(Answer answer) {
        return assertInstanceOf(QueueAnswer.Received.class, answer).deliveries();
    }

    static List<String> bodies(Answer answer) {
        return deliveries(answer).stream().map(d -> d.body().asUtf8()).toList();
    }

    QueueReply.Description describe(String queue) {
        return assertInstanceOf(QueueReply.Description.class, cluster.await(owner, queue, new QueueRequest.Describe()));
    }

    Host hostThat(Predicate<Host> wanted) {
        return cluster.hosts.values().stream().filter(wanted).findFirst().orElseThrow();
    }
}
