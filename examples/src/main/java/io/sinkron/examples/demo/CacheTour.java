package io.sinkron.examples.demo;

import io.sinkron.CallOptions;
import io.sinkron.Sinkron;
import io.sinkron.cache.LineState;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/** One line of the coherent cache goes through the states of MESI. */
final class CacheTour {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String ROW = "       %-34s %-4s %-4s %-4s";

    private final DemoCluster cluster;
    private final Report report;
    private final String key;

    CacheTour(DemoCluster cluster, Report report, String run) {
        this.cluster = cluster;
        this.report = report;
        this.key = "greeting" + run;
    }

    void play() {
        List<NodeId> ids = cluster.running();
        Sinkron first = cluster.node(ids.get(0));
        Sinkron second = cluster.node(ids.get(1));
        Sinkron third = cluster.node(ids.get(2));
        report.chapter("A cache line goes E, M, S, I", """
                Each node keeps copies of what it uses. M: written here, main memory is older. E: nobody else has it.
                S: others may have it too. I: no copy. At no time may one node have M or E while another has any copy.""");
        report.say(String.format(ROW, "", ids.get(0), ids.get(1), ids.get(2)));

        first.cache().put(key, "hello");
        Await.until(PATIENCE, () -> stateAt(ids.get(0)) == LineState.E);
        row("n1 wrote; memory has it by now", LineState.E, LineState.I, LineState.I);

        first.cache().put(key, "hello again");
        row("n1 writes once more", LineState.M, LineState.I, LineState.I);

        String read = second.cache().get(key).orElse("nothing");
        row("n2 reads", LineState.S, LineState.S, LineState.I);
        report.check("n2 reads what n1 wrote last", read, read.equals("hello again"));

        third.cache().put(key, "good bye");
        row("n3 writes", LineState.I, LineState.I, LineState.M);
        String after = first.cache().get(key).orElse("nothing");
        report.check("n1, whose copy was taken away, reads what n3 wrote", after, after.equals("good bye"));
    }

    private LineState stateAt(NodeId id) {
        return states().getOrDefault(id, LineState.I);
    }

    private SortedMap<NodeId, LineState> states() {
        return Await.result(cluster.node(cluster.running().get(0)).cache().states(Bytes.utf8(key), CallOptions.DEFAULT))
                .states();
    }

    private void row(String what, LineState... expected) {
        SortedMap<NodeId, LineState> states = states();
        List<NodeId> ids = cluster.running();
        List<LineState> seen =
                ids.stream().map(id -> states.getOrDefault(id, LineState.I)).toList();
        report.say(String.format(ROW, what, seen.get(0), seen.get(1), seen.get(2)));
        if (!seen.equals(List.of(expected))) {
            report.check(List.of(expected) + " on " + ids, seen.toString(), false);
        }
    }
}
