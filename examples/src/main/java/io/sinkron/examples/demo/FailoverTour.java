package io.sinkron.examples.demo;

import io.sinkron.CallOptions;
import io.sinkron.LockSession;
import io.sinkron.Sinkron;
import io.sinkron.SinkronException;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.examples.server.StartException;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/** The leader dies; nothing that was acknowledged is lost, and the others go on. */
final class FailoverTour {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int BEFORE = 20;
    private static final int AFTER = 10;

    private final DemoCluster cluster;
    private final Report report;
    private final String run;
    private final Set<String> acknowledged = new LinkedHashSet<>();

    FailoverTour(DemoCluster cluster, Report report, String run) {
        this.cluster = cluster;
        this.report = report;
        this.run = run;
    }

    void play() {
        NodeId dead = cluster.leader().orElseThrow();
        NodeId survivor = cluster.running().stream()
                .filter(id -> !id.equals(dead))
                .findFirst()
                .orElseThrow();
        report.chapter(
                "The leader is killed",
                dead + " leads; it is stopped without a word to anybody. Everything below goes through " + survivor
                        + ".");
        Sinkron node = cluster.node(survivor);
        String queue = ownedBy(node, dead);
        for (int i = 0; i < BEFORE; i++) {
            enqueue(node, queue, "before " + i);
        }
        node.cache().put("ledger" + run, "42");
        try (LockSession session = node.locks().openSession()) {
            Granted held = session.lock("ledger" + run, LONG);
            cluster.halt(dead);
            afterTheCrash(node, dead, queue, session, held);
        }
        restart(dead);
    }

    /** A queue that the node is going to lose its owner of. */
    private String ownedBy(Sinkron node, NodeId owner) {
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "journal-" + i + run)
                .filter(name -> node.cluster().ring().owner(name).equals(owner))
                .findFirst()
                .orElseThrow();
    }

    private void afterTheCrash(Sinkron node, NodeId dead, String queue, LockSession session, Granted held) {
        long began = System.nanoTime();
        try (LockSession other = node.locks().openSession()) {
            Granted granted = other.lock("news" + run, LONG);
            Duration locks = Duration.ofNanos(System.nanoTime() - began);
            for (int i = 0; i < AFTER; i++) {
                enqueue(node, queue, "after " + i);
            }
            String value = node.cache().get("ledger" + run).orElse("nothing");
            Duration all = Duration.ofNanos(System.nanoTime() - began);
            report.check(
                    "the service is back within 5 s",
                    "locks after " + Report.seconds(locks) + ", queues and cache after " + Report.seconds(all),
                    all.compareTo(Duration.ofSeconds(5)) < 0);
            report.check("another node leads", leader(node), !leader(node).equals(dead.value()));
            report.check("the cached value is there", value, value.equals("42"));
            var holders = Await.result(node.locks().lock(held.lock(), CallOptions.DEFAULT))
                    .holders();
            boolean isHeld = holders.size() == 1
                    && holders.get(0).owner().session().equals(session.id())
                    && holders.get(0).token() == held.token();
            report.check("the lock that was held still is, with its token " + held.token(), "held: " + isHeld, isHeld);
            report.check(
                    "a lock granted since has a greater token",
                    "token " + granted.token(),
                    granted.token() > held.token());
        }
        String owner = Await.result(node.queues().describe(queue, CallOptions.DEFAULT))
                .owner()
                .value();
        report.check("the queue that " + dead + " owned has a new owner", owner, !owner.equals(dead.value()));
        Set<String> received = drain(node, queue);
        report.check(
                "all " + acknowledged.size() + " acknowledged messages are there, the ones from before the crash too",
                received.size() + " received, " + missing(received) + " missing",
                received.containsAll(acknowledged));
    }

    private static String leader(Sinkron node) {
        return node.cluster().status().leader().map(NodeId::value).orElse("nobody");
    }

    private long missing(Set<String> received) {
        return acknowledged.stream().filter(body -> !received.contains(body)).count();
    }

    /** Sends until it is acknowledged; the idempotency key makes the repetitions one message. */
    private void enqueue(Sinkron node, String queue, String body) {
        CallOptions options = CallOptions.DEFAULT.idempotent(UUID.randomUUID().toString());
        Await.until(LONG, () -> {
            try {
                Await.result(node.queues().enqueue(queue, List.of(NewMessage.of(Bytes.utf8(body))), options));
                return true;
            } catch (SinkronException e) {
                if (!e.isRetryable()) {
                    throw e;
                }
                return false;
            }
        });
        acknowledged.add(body);
    }

    private Set<String> drain(Sinkron node, String queue) {
        Set<String> bodies = new LinkedHashSet<>();
        List<Delivery> deliveries = node.queues().receive(queue, 100, LONG);
        while (!deliveries.isEmpty()) {
            List<String> receipts = new ArrayList<>();
            deliveries.forEach(delivery -> {
                bodies.add(delivery.body().asUtf8());
                receipts.add(delivery.receipt());
            });
            Await.result(node.queues().ack(queue, receipts, CallOptions.DEFAULT));
            deliveries = node.queues().receive(queue, 100, Duration.ZERO);
        }
        return bodies;
    }

    private void restart(NodeId id) {
        report.chapter("The dead node comes back", id + " starts again on its old files and catches up.");
        long began = System.nanoTime();
        try {
            cluster.start(id);
        } catch (StartException e) {
            report.check(id + " starts", e.getMessage(), false);
            return;
        }
        Sinkron node = cluster.node(id);
        Await.result(node.whenReady());
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        String value = node.cache().get("ledger" + run).orElse("nothing");
        report.check(
                "it serves again, and reads what was written before its death",
                value + ", after " + Report.seconds(took),
                value.equals("42"));
    }
}
