package io.sinkron.examples.demo;

import io.sinkron.common.NodeId;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;

/** A leader is elected, and the ring is shared out. */
final class ClusterTour {
    private final DemoCluster cluster;
    private final Report report;

    ClusterTour(DemoCluster cluster, Report report) {
        this.cluster = cluster;
        this.report = report;
    }

    void play() {
        report.chapter(
                "A leader is elected",
                "Two of three nodes have to agree on who leads (Raft). The leader orders what must be in one order: locks, and who is live.");
        long began = System.nanoTime();
        cluster.awaitReady();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        Await.until(Duration.ofSeconds(5), this::isAgreed);
        Optional<NodeId> leader = cluster.leader();
        report.check(
                "all three nodes name the same leader",
                leader.map(id -> id + " leads in term "
                                + cluster.node(id).cluster().status().term() + ", after " + Report.seconds(took))
                        .orElse("none"),
                isAgreed());
        var shares = new TreeMap<String, String>();
        cluster.node(cluster.running().get(0))
                .cluster()
                .ring()
                .shares()
                .forEach((id, share) -> shares.put(id.value(), Math.round(share * 100) + " %"));
        report.check(
                "queues and cache keys are spread over all three by a hash ring",
                "shares " + shares,
                shares.size() == cluster.running().size());
    }

    private boolean isAgreed() {
        Optional<NodeId> leader = cluster.leader();
        return leader.isPresent()
                && cluster.running().stream().allMatch(id -> {
                    var status = cluster.node(id).cluster().status();
                    return status.leader().equals(leader)
                            && status.active().members().size()
                                    == cluster.running().size();
                });
    }
}
