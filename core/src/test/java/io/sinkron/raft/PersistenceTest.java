package io.sinkron.raft;

import static io.sinkron.raft.RaftScenario.entries;
import static io.sinkron.raft.RaftScenario.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Disks that lag behind, crashes and restarts; the numbers are those of the scenario catalogue in {@code docs/raft.md}. */
class PersistenceTest {
    private static AppendEntries append(long term, long prev, long prevTerm, long... terms) {
        return new AppendEntries(term, 0, prev, prevTerm, 0, entries(prev + 1, terms));
    }

    @Test
    void W01_a_restart_sees_the_exact_term_vote_and_log() {
        RaftScenario s = RaftScenario.of(3).elect(2);
        s.propose(2, "committed");
        s.stabilise().cut(2, 1).cut(2, 3);
        s.propose(2, "not committed");
        s.crash(2).restart(2).expectTerm(2, 1).expectLog(2, "1 1 1").expectCommit(2, 0);
        assertEquals(
                Optional.of(RaftScenario.id(2)), s.node(2).durable.hardState().votedFor());
    }

    @Test
    void W04_a_restarted_leader_with_an_unreplicated_suffix_follows_and_gets_it_replaced() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "a");
        s.stabilise().compact(1).isolate(1);
        s.propose(1, "alone");
        s.crash(1).elect(2);
        s.propose(2, "b");
        s.stabilise().heal().restart(1).expectRole(1, Role.FOLLOWER).run(1000);
        s.expectCommit(1, 4);
        assertEquals(s.node(2).stateHash(), s.node(1).stateHash());
        assertFalse(s.node(1).applied.contains("alone"));
    }

    @Test
    void W05_an_append_is_acknowledged_only_once_it_is_durable_and_a_heartbeat_at_once() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1").holdStorage(1).receive(1, 2, append(1, 1, 1, 1, 1));
        assertTrue(s.underWay(1, 2, AppendAccepted.class).isEmpty());
        s.receive(1, 2, append(1, 3, 1));
        assertEquals(Say.appendAccepted(1, 0, 3, 1), s.take(1, 2, AppendAccepted.class));
        s.releaseStorage(1);
        assertEquals(Say.appendAccepted(1, 0, 3, 3), s.take(1, 2, AppendAccepted.class));
    }

    @Test
    void W05_an_append_that_is_durable_already_is_acknowledged_at_once() {
        RaftScenario s = RaftScenario.withLogs("1 1 1", "1", "1").holdStorage(1).receive(1, 2, append(1, 3, 1, 1));
        s.receive(1, 2, append(1, 0, 0, 1, 1));
        assertEquals(Say.appendAccepted(1, 0, 2, 2), s.take(1, 2, AppendAccepted.class));
        assertTrue(s.underWay(1, 2, AppendAccepted.class).isEmpty());
    }

    @Test
    void W06_an_index_rewritten_in_three_terms_is_durable_only_with_its_last_write() {
        RaftScenario s = RaftScenario.withLogs("1 @1", "1", "1").holdStorage(1);
        s.receive(1, 2, append(1, 1, 1, 1));
        s.receive(1, 3, append(2, 1, 1, 2));
        s.receive(1, 2, append(3, 1, 1, 3)).expectLog(1, "1 3");
        s.flushOne(1);
        assertTrue(s.underWay(1, 2, AppendAccepted.class).isEmpty(), "the first write is durable");
        s.flushOne(1);
        assertTrue(s.underWay(1, 2, AppendAccepted.class).isEmpty(), "the second write is durable");
        assertTrue(s.underWay(1, 3, AppendAccepted.class).isEmpty(), "what term 2 waited for is void in term 3");
        s.flushOne(1);
        assertEquals(Say.appendAccepted(3, 0, 2, 2), s.take(1, 2, AppendAccepted.class));
        assertEquals("1 3", s.log(1));
    }

    @Test
    void W06_the_stream_of_writes_knows_up_to_where_the_log_as_it_is_now_is_durable() {
        RaftLog log = new RaftLog(0, 0, 0);
        WriteStream stream = new WriteStream(log, HardState.INITIAL, 0);
        entries(1, 1, 1, 1).forEach(log::append);
        assertEquals(1, stream.sequenceOf(3));
        assertEquals(1, stream.take().orElseThrow().sequence());
        stream.truncating(2);
        log.truncateFrom(2);
        log.append(entry(2, 2));
        assertEquals(2, stream.take().orElseThrow().sequence());
        assertEquals(2, stream.sequenceOf(2));
        assertEquals(1, stream.sequenceOf(1));
        stream.persisted(1);
        assertEquals(1, stream.durableIndex());
        stream.persisted(2);
        stream.persisted(1);
        assertEquals(2, stream.durableIndex());
        assertThrows(InvariantViolation.class, () -> stream.persisted(3));
    }

    @Test
    void W08_committed_entries_come_out_in_pages_each_once_and_none_is_skipped() {
        RaftOptions pages = RaftScenario.OPTIONS.withBounds(1 << 20, 3, 200);
        RaftScenario s = RaftScenario.of(1, pages).tick(1);
        for (int i = 0; i < 20; i++) {
            s.propose(1, "c" + i);
        }
        s.crash(1).restart(1);
        s.raft(1).tick(s.now(1) + pages.electionTimeoutMaxNanos());
        while (s.raft(1).hasEffects()) {
            RaftEffects effects = s.raft(1).effects();
            effects.write().ifPresent(write -> s.raft(1).persisted(write.sequence(), s.now(1)));
            assertTrue(effects.committed().size() <= 3);
            long bytes = effects.committed().stream().mapToLong(RaftLog::sizeOf).sum();
            assertTrue(bytes <= 200 || effects.committed().size() == 1);
        }
        assertEquals(22, s.raft(1).appliedIndex());
    }

    @Test
    void W10_a_restarted_leader_does_not_lead_and_claims_no_commit() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "x");
        s.stabilise().isolate(1).crash(1).restart(1);
        s.expectRole(1, Role.FOLLOWER).expectTerm(1, 1).expectCommit(1, 0);
        assertEquals(Optional.empty(), s.raft(1).leader());
    }

    @Test
    void W19_all_nodes_killed_at_once_come_back_with_all_that_was_committed() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "a");
        s.stabilise().compact(2).holdStorage(3);
        s.propose(1, "b");
        s.stabilise().expectCommit(1, 3);
        s.crash(1).crash(2).crash(3).restart(1).restart(2).restart(3).lapse().run(3000);
        for (int node = 1; node <= 3; node++) {
            assertEquals(s.node(1).stateHash(), s.node(node).stateHash());
            assertTrue(s.node(node).applied.contains("b"));
        }
    }

    @Test
    void terms_truncations_and_entries_are_one_ordered_write() {
        RaftScenario s = RaftScenario.withLogs("1 1 1", "1", "1").holdStorage(1).receive(1, 2, append(4, 1, 1, 4));
        RaftEffects.Write write = s.node(1).unflushed.getFirst();
        assertEquals(
                Optional.of(new HardState(4, Optional.empty())), write.batch().hardState());
        assertEquals(2, write.batch().truncateFrom());
        assertEquals(entries(2, 4), write.batch().entries());
    }

    @Test
    void what_a_node_says_in_a_term_waits_until_the_term_is_durable_even_a_refusal() {
        RaftScenario s = RaftScenario.withLogs("2 2", "1", "1").holdStorage(1).receive(1, 2, Say.voteRequest(7, 1, 1));
        assertTrue(s.underWay(1, 2, VoteResponse.class).isEmpty());
        s.releaseStorage(1);
        assertEquals(Say.voteResponse(7, false), s.take(1, 2, VoteResponse.class));
    }

    @Test
    void a_candidate_on_a_slow_disk_does_not_pile_up_terms() {
        RaftScenario s = RaftScenario.of(1).holdStorage(1).run(10_000).expectTerm(1, 1);
        s.releaseStorage(1).expectRole(1, Role.LEADER);
    }

    @Test
    void a_recovered_log_may_begin_with_the_tail_behind_its_snapshot() {
        StoredSnapshot snapshot = new StoredSnapshot(5, 2, 50, Bytes.EMPTY, Bytes.utf8("5:0"));
        HardState hardState = new HardState(3, Optional.empty());
        Raft raft = start(new LogStore.Recovered(4, hardState, Optional.of(snapshot), entries(3, 1, 2, 2, 3)));
        assertEquals(6, raft.lastIndex());
        assertEquals(5, raft.commitIndex());
        assertEquals(5, raft.appliedIndex());
        assertEquals(RaftLog.sizeOf(entry(6, 3)), raft.logBytes());
        Raft empty = start(new LogStore.Recovered(4, hardState, Optional.of(snapshot), List.of()));
        assertEquals(50, empty.lastStampMillis());
        assertEquals(5, empty.lastIndex());
    }

    @Test
    void a_recovered_log_that_does_not_fit_together_is_refused() {
        StoredSnapshot snapshot = new StoredSnapshot(5, 2, 50, Bytes.EMPTY, Bytes.utf8("5:0"));
        HardState hardState = new HardState(3, Optional.empty());
        List<LogStore.Recovered> broken = List.of(
                new LogStore.Recovered(1, hardState, Optional.of(snapshot), entries(7, 3)),
                new LogStore.Recovered(1, hardState, Optional.empty(), entries(2, 3)),
                new LogStore.Recovered(1, hardState, Optional.of(snapshot), entries(4, 1, 1, 1)),
                new LogStore.Recovered(1, hardState, Optional.of(snapshot), entries(2, 1, 2)),
                new LogStore.Recovered(1, hardState, Optional.empty(), entries(1, 4)));
        for (LogStore.Recovered recovered : broken) {
            assertThrows(IllegalArgumentException.class, () -> start(recovered));
        }
    }

    private static Raft start(LogStore.Recovered recovered) {
        NodeId id = NodeId.of("n1");
        return new Raft(
                RaftOptions.DEFAULT,
                id,
                Configuration.founding(List.of(id), java.util.Map.of()),
                recovered,
                new Random(1),
                0);
    }

    @Test
    void the_stamp_never_falls_along_the_log_whatever_is_proposed() {
        RaftScenario s = RaftScenario.of(1).tick(1);
        for (long stamp : new long[] {5, 9, 2, -1, 10}) {
            s.raft(1).propose(Bytes.EMPTY, stamp, s.now(1));
        }
        s.tick(1);
        List<LogEntry> entries = s.node(1).durable.entries();
        assertEquals(
                List.of(0L, 5L, 9L, 9L, 9L, 10L),
                entries.stream().map(LogEntry::stampMillis).toList());
    }
}
