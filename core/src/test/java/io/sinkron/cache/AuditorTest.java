package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.AuditQuery;
import io.sinkron.cache.CacheMessage.AuditReply;
import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an audit costs, to whom it gives way, and which lines get their turn. */
class AuditorTest {
    private static final long MILLI = 1_000_000;

    private static CacheStats stats(Bench bench) {
        return bench.n(1).lines.stats();
    }

    private static void audit(Bench bench) {
        bench.turn(bench.n(1), new Replica.Audited());
    }

    /** Three nodes; two of them have read the line. */
    private static Bench shared() {
        Bench bench = new Bench(3);
        bench.own(2, "x");
        bench.get(3);
        bench.settle();
        return bench;
    }

    @Test
    void anAuditAsksEveryOtherNodeOnceAndMainMemoryIfAllIsClean() {
        Bench bench = shared();
        bench.isMemoryThere = false;
        audit(bench);
        assertEquals(2, bench.way.size());
        bench.deliver(AuditQuery.class, 2);
        bench.deliver(AuditQuery.class, 3);
        assertEquals(2, bench.way.size());
        bench.settle();
        assertEquals(1, bench.asked.size());
        bench.remember();
        assertEquals(1, stats(bench).audited());
        assertTrue(bench.way.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 64})
    void anAuditCostsTwoMessagesForEachOtherNode(int nodes) {
        Bench bench = new Bench(nodes);
        bench.own(2, "x");
        audit(bench);
        int queries = bench.way.size();
        for (int node = 2; node <= nodes; node++) {
            bench.deliver(AuditQuery.class, node);
        }
        assertEquals(2 * (nodes - 1), queries + bench.way.size());
        bench.settle();
        assertEquals(1, stats(bench).audited());
    }

    @Test
    void anOwnersLineIsntComparedWithMainMemory() {
        Bench bench = new Bench(3);
        bench.own(2, "x");
        bench.isMemoryThere = false;
        audit(bench);
        bench.settle();
        assertTrue(bench.asked.isEmpty());
        assertEquals(1, stats(bench).audited());
    }

    @Test
    void aRequestEndsTheAuditAndWaitsForNothing() {
        Bench bench = shared();
        audit(bench);
        bench.put(3, "y");
        bench.deliver(CacheMessage.BusUpgr.class, 1);
        assertEquals(1, stats(bench).inconclusive());
        bench.deliver(Snoop.class, 2);
        bench.settle();
        assertEquals(ControllerState.M, bench.state(3));
        assertEquals(0, stats(bench).audited());
    }

    @Test
    void aBusyLineIsntAudited() {
        Bench bench = new Bench(3);
        bench.get(2);
        bench.deliver(BusRd.class, 1);
        bench.lose(letter -> true);
        audit(bench);
        assertTrue(bench.way.isEmpty());
        assertEquals(1, stats(bench).inconclusive());
    }

    @Test
    void whoDoesntAnswerInTimeLeavesTheAuditWithoutAVerdict() {
        Bench bench = shared();
        audit(bench);
        bench.take(AuditQuery.class, 2);
        bench.settle();
        assertEquals(0, stats(bench).inconclusive());
        bench.timeOut();
        assertEquals(1, stats(bench).inconclusive());
        bench.settle();
        audit(bench);
        bench.settle();
        assertEquals(1, stats(bench).audited());
    }

    @Test
    void aViewChangeAndALostLeaseEndIt() {
        Bench bench = shared();
        audit(bench);
        bench.view(2, 0, 0, 1, 2);
        bench.settle();
        assertEquals(1, stats(bench).inconclusive());
        audit(bench);
        bench.turn(bench.n(1), new Replica.Lease(false));
        bench.settle();
        assertEquals(2, stats(bench).inconclusive());
        assertEquals(0, stats(bench).audited());
    }

    @Test
    void onlyAServingHomeAudits() {
        Bench bench = shared();
        bench.turn(bench.n(2), new Replica.Audited());
        bench.turn(bench.n(1), new Replica.Lease(false));
        audit(bench);
        assertTrue(bench.way.isEmpty());
    }

    @Test
    void anAnswerToAnEarlierAuditAndASecondAnswerDontCount() {
        Bench bench = shared();
        audit(bench);
        Bench.Letter early = bench.take(AuditQuery.class, 2);
        bench.timeOut();
        bench.settle();
        audit(bench);
        bench.take(AuditQuery.class, 2);
        bench.deliver(early);
        bench.settle();
        assertEquals(0, stats(bench).audited());
        audit(bench);
        bench.timeOut();
        bench.settle();
        audit(bench);
        Bench.Letter query = bench.take(AuditQuery.class, 3);
        bench.deliver(bench.take(AuditQuery.class, 2));
        Bench.Letter reply = bench.take(AuditReply.class, 1);
        bench.deliver(reply);
        bench.deliver(reply);
        assertEquals(0, stats(bench).audited());
        bench.deliver(query);
        bench.settle();
        assertEquals(1, stats(bench).audited());
    }

    @Test
    void whatContradictsIsToldAndTheNextTransactionAsksEverybody() {
        Bench bench = shared();
        Line stale = bench.n(2).line();
        stale.state = ControllerState.E;
        List<CacheEffect> effects = new ArrayList<>(bench.n(1).take(new Replica.Audited()));
        for (CacheEffect.Send send : Replica.sends(effects)) {
            Replica to = bench.replicas.stream()
                    .filter(r -> r.id.equals(send.to()))
                    .findFirst()
                    .orElseThrow();
            for (CacheEffect.Send reply : Replica.sends(to.take(new Replica.Deliver(bench.n(1).id, send.message())))) {
                effects.addAll(bench.n(1).take(new Replica.Deliver(to.id, reply.message())));
            }
        }
        CacheEffect.AuditFinding finding = (CacheEffect.AuditFinding) effects.get(effects.size() - 1);
        assertEquals(AuditAnomaly.COPY_BESIDE_OWNER, finding.anomaly());
        assertEquals(LineState.E, finding.copies().get(bench.n(2).id).state());
        assertEquals(LineState.S, finding.copies().get(bench.n(3).id).state());
        assertEquals(1, stats(bench).violations());
        bench.get(1);
        bench.deliver(Snoop.class, 2);
        bench.deliver(Snoop.class, 3);
    }

    @Test
    void mainMemoryThatRefusesOrFailsLeavesItWithoutAVerdict() {
        Bench bench = shared();
        bench.isMemoryThere = false;
        audit(bench);
        bench.settle();
        long operation = bench.asked.remove(0).operation().operation();
        bench.turn(bench.n(1), new Replica.Answered(operation, new MemoryAnswer.Fenced(2)));
        assertEquals(1, stats(bench).inconclusive());
        audit(bench);
        bench.settle();
        bench.turn(
                bench.n(1), new Replica.Failed(bench.asked.remove(0).operation().operation()));
        assertEquals(2, stats(bench).inconclusive());
    }

    /** One node that is the home of all it has, in a view of two: the other one never answers. */
    private static final class Sampling {
        private final NodeId self = NodeId.of("n1");
        private final LineTable lines;
        private final CacheNode node;
        private final Set<Bytes> asked = new HashSet<>();
        private long now;

        private Sampling(CacheOptions options, int keys) {
            lines = new LineTable(options);
            node = new CacheNode(options, self, 1, lines, new Random(1));
            lines.leaseUntil(Long.MAX_VALUE / 2);
            node.lease(true, now);
            View view = new View(1, List.of(new Member(self, 1, 1, "", ""), new Member(NodeId.of("n2"), 1, 1, "", "")));
            node.viewActive(view, Replica.FixedPlacement.of(view, self), now);
            for (int i = 0; i < keys; i++) {
                SnoopFilter filter = (SnoopFilter) StateEncoder.peek(StateEncoder.peek(node, "home"), "filter");
                filter.put(Bytes.utf8("k" + i), new Holders.Owner(self));
            }
            node.effects();
        }

        /** Goes on to the next time-out; how many lines were asked for then. */
        private int next() {
            now = node.deadline();
            node.tick(now);
            int count = 0;
            for (CacheEffect.Send send : Replica.sends(node.effects())) {
                AuditQuery query = (AuditQuery) send.message();
                asked.add(query.key());
                count++;
                AuditedCopy nothing = new AuditedCopy(LineState.I, false, true, false, 0, 0, 0, 0);
                node.receive(send.to(), new AuditReply(1, query.key(), query.audit(), nothing), now);
            }
            return count;
        }
    }

    @Test
    void everyLineOfALapGetsItsTurnOnceBeforeAnyGetsASecond() {
        Sampling sampling = new Sampling(CacheOptions.DEFAULT.withAudit(100 * MILLI, 4), 10);
        assertEquals(4, sampling.next());
        assertEquals(4, sampling.next());
        assertEquals(2, sampling.next());
        assertEquals(10, sampling.asked.size());
        assertEquals(10, sampling.lines.stats().audited());
        assertEquals(4, sampling.next());
    }

    @Test
    void roundsComeAtTheirIntervalOrUpToAQuarterLater() {
        Sampling sampling = new Sampling(CacheOptions.DEFAULT.withAudit(100 * MILLI, 4), 1_000);
        for (int round = 0; round < 20; round++) {
            long before = sampling.now;
            sampling.next();
            assertTrue(sampling.now - before >= 100 * MILLI && sampling.now - before <= 125 * MILLI);
        }
    }

    @Test
    void noMoreLinesAreUnderWayThanARoundHasEvenIfNobodyAnswers() {
        Sampling sampling = new Sampling(CacheOptions.DEFAULT.withAudit(MILLI, 4), 1_000);
        int sent = 0;
        for (int i = 0; i < 50; i++) {
            sampling.now = sampling.node.deadline();
            sampling.node.tick(sampling.now);
            sent += Replica.sends(sampling.node.effects()).size();
        }
        assertEquals(4, sent);
    }

    @Test
    void itIsOffUnlessAskedFor() {
        Sampling sampling = new Sampling(CacheOptions.DEFAULT, 10);
        for (int i = 0; i < 5; i++) {
            assertEquals(0, sampling.next());
        }
    }
}
