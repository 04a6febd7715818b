package io.sinkron.raft;

import static io.sinkron.raft.RaftScenario.entries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.InvariantViolation;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.spi.LogEntry;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Appending, rejecting, repairing; the numbers are those of the scenario catalogue in {@code docs/raft.md}. */
class ReplicationTest {
    private static AppendEntries append(long term, long prev, long prevTerm, long commit, long... terms) {
        return new AppendEntries(term, 0, prev, prevTerm, commit, entries(prev + 1, terms));
    }

    private static long[] terms(String text) {
        return text.isBlank()
                ? new long[0]
                : java.util.Arrays.stream(text.split(" "))
                        .mapToLong(Long::parseLong)
                        .toArray();
    }

    @Test
    void R01_a_proposal_goes_into_the_leaders_log_and_to_every_follower_and_commits_nothing() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        assertEquals(new Proposed.Accepted(2, 1), s.propose(1, "x"));
        s.expectLog(1, "1 1").expectCommit(1, 1);
        for (int follower = 2; follower <= 3; follower++) {
            AppendEntries sent = s.take(1, follower, AppendEntries.class);
            assertEquals(1, sent.prevIndex());
            assertEquals(1, sent.prevTerm());
            assertEquals(1, sent.commitIndex());
            assertEquals("x", sent.entries().get(0).payload().asUtf8());
        }
    }

    @Test
    void all_proposals_of_a_turn_travel_in_one_message_a_peer() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        for (int i = 0; i < 100; i++) {
            s.raft(1).propose(io.sinkron.common.Bytes.utf8("c" + i), i, s.now(1));
        }
        s.propose(1, "last");
        assertEquals(1, s.underWay(1, 2, AppendEntries.class).size());
        assertEquals(101, s.take(1, 2, AppendEntries.class).entries().size());
        assertEquals(99, s.raft(1).lastStampMillis(), "the last proposal's stamp was raised to the one before");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true, 0, 0", "1, 1, true, 0, 0", "2, 2, true, 0, 0", "2, 1, false, 1, 1", "3, 3, false, 2, 2"})
    void R02_a_follower_checks_the_place_before_and_hints_at_where_the_logs_may_agree(
            long prev, long prevTerm, boolean accepted, long hintIndex, long hintTerm) {
        RaftScenario s = RaftScenario.withLogs("1 2", "1 2", "1 2").receive(1, 2, append(3, prev, prevTerm, 1));
        if (accepted) {
            assertEquals(Say.appendAccepted(3, 0, prev, prev), s.take(1, 2, AppendAccepted.class));
        } else {
            assertEquals(Say.appendRejected(3, 0, prev, hintIndex, hintTerm), s.take(1, 2, AppendRejected.class));
        }
        s.expectLog(1, "1 2");
    }

    @ParameterizedTest
    @CsvSource({
        "2, 2, '3', '1 2 3'",
        "1, 1, '3 4', '1 3 4'",
        "0, 0, '1', '1 2'",
        "0, 0, '3', '3'",
        "0, 0, '1 2', '1 2'",
        "0, 0, '1 2 3', '1 2 3'",
        "0, 0, '1 3', '1 3'"
    })
    void R03_a_follower_keeps_what_agrees_and_replaces_from_the_first_conflict(
            long prev, long prevTerm, String sent, String outcome) {
        RaftScenario s = RaftScenario.withLogs("1 2", "1 2", "1 2");
        s.receive(1, 2, append(4, prev, prevTerm, 0, terms(sent))).expectLog(1, outcome);
        long end = prev + terms(sent).length;
        assertEquals(Say.appendAccepted(4, 0, end, end), s.take(1, 2, AppendAccepted.class));
    }

    @ParameterizedTest
    @CsvSource({
        "'1 2 2 4 4 4 4', '1 2 2 3 3 3 3'",
        "'1 2 2 3 4 4 4 5', '1 2 2 3 3 3 3 3'",
        "'1 1 1 1 1 1 1 1', '1 1 1 1'",
        "'1 1 1 5 5 5', '1 1 1 1 1 1 1 1 1 1 1 1 1 1'",
        "'1 3 3 3 3 3 3 4', '1 2 2 2 2 2 2 2 2 2'",
        "'1 1 1 1 4 4 4 6 6 6', '1 1 1 1 2 2 2 3 3 3 5 5'",
        "'2 2 2 2 2 2', '1 1 1 1 1 1'",
        "'1 4 4 4 5 5 5', '1 1 1 2 2 3 3 3'",
        "'2 2 2 2 2 3', ''"
    })
    void R05_R16_a_conflicting_suffix_is_found_in_few_probes_and_replaced(String leader, String follower) {
        RaftScenario s = RaftScenario.withLogs(leader, follower, leader).campaign(1);
        int rejections = 0;
        for (int i = 0; !s.isQuiet(); i++) {
            assertTrue(i < 200);
            rejections += s.isNext(2, 1, AppendRejected.class) ? 1 : 0;
            s.deliverNext();
        }
        assertEquals(s.log(1), s.log(2));
        assertTrue(rejections <= 3, "took " + rejections + " probes");
    }

    @Test
    void R06_appends_and_answers_out_of_order_lead_to_equal_logs() {
        RaftScenario s = RaftScenario.of(3).elect(1).cut(1, 3);
        for (int i = 0; i < 5; i++) {
            s.propose(1, "c" + i);
        }
        s.reversePackets().stabilise();
        s.propose(1, "d");
        s.reversePackets().heal().run(1000);
        s.expectLogs("1 1 1 1 1 1 1").expectCommit(2, 7).expectCommit(3, 7);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 2, 3, '', -1",
        "3, 3, 3, '', -1",
        "1, 1, 1, '', 1",
        "0, 0, 1, '2', 1",
        "2, 2, 3, '2 2', 3",
        "2, 2, 4, '2', 3",
        "1, 1, 4, '2', 2",
        "1, 1, 3, '', 1",
        "1, 1, 3, '2', 2",
        "2, 2, 3, '', 2",
        "2, 2, 4, '', 2"
    })
    void R07_the_commit_index_rises_to_what_this_message_verified(
            long prev, long prevTerm, long leaderCommit, String sent, long commit) {
        RaftScenario s = RaftScenario.withLogs("1 2", "1 2", "1 2");
        s.receive(1, 2, append(2, prev, prevTerm, leaderCommit, terms(sent)));
        s.expectCommit(1, Math.max(0, commit));
        assertEquals(commit < 0, !s.underWay(1, 2, AppendRejected.class).isEmpty());
    }

    @Test
    void R08_a_lower_commit_index_lowers_nothing() {
        RaftScenario s = RaftScenario.withLogs("1 1 1", "1 1 1", "1 1 1");
        s.receive(1, 2, append(1, 3, 1, 3)).expectCommit(1, 3);
        s.receive(1, 2, append(1, 3, 1, 1)).expectCommit(1, 3);
    }

    @Test
    void R10_stale_answers_change_nothing() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "a");
        s.propose(1, "b");
        AppendAccepted early = null;
        AppendEntries first = s.take(1, 2, AppendEntries.class);
        s.receive(2, 1, first);
        early = s.take(2, 1, AppendAccepted.class);
        s.stabilise().expectCommit(1, 3);
        s.receive(1, 2, early).receive(1, 2, Say.appendRejected(1, early.round(), 1, 0, 0));
        s.receive(1, 2, Say.appendRejected(1, early.round() - 5, 9, 3, 1));
        s.propose(1, "c");
        s.propose(1, "d");
        assertEquals(2, s.underWay(1, 2, AppendEntries.class).size(), "streaming goes on");
        assertEquals(3, s.take(1, 2, AppendEntries.class).prevIndex(), "where it was");
        s.stabilise().expectCommit(1, 5).run(300).expectCommit(2, 5);
    }

    @Test
    void R10_an_acknowledgement_beyond_the_leaders_log_is_passed_over() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.receive(1, 2, Say.appendAccepted(1, s.now(1), 99, 99)).receive(1, 3, Say.appendAccepted(1, s.now(1), 99, 99));
        s.expectCommit(1, 1);
    }

    @Test
    void R12_a_follower_learns_the_commit_index_without_a_new_proposal_and_after_losses() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "x");
        s.stabilise().expectCommit(2, 2).expectCommit(3, 2);
        s.propose(1, "y");
        s.cut(3, 1).stabilise().cut(1, 3).dropAll().heal();
        s.run(300).expectCommit(3, 3);
    }

    @Test
    void R12_news_of_the_commit_index_travel_with_data_when_there_is_some() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "x");
        s.receive(2, 1, s.take(1, 2, AppendEntries.class));
        AppendAccepted answer = s.take(2, 1, AppendAccepted.class);
        s.dropAll();
        s.raft(1).propose(io.sinkron.common.Bytes.utf8("y"), 0, s.now(1));
        s.receive(1, 2, answer).expectCommit(1, 2);
        List<AppendEntries> sent = s.underWay(1, 2, AppendEntries.class);
        assertEquals(1, sent.size());
        assertEquals(2, sent.get(0).commitIndex());
    }

    @Test
    void R13_a_full_window_whose_messages_were_lost_is_restarted_by_a_heartbeat() {
        RaftScenario s = RaftScenario.of(3, RaftScenario.OPTIONS.withFlow(1, 1 << 20, 3, 1 << 20))
                .elect(1)
                .run(50);
        s.cut(1, 3);
        for (int i = 0; i < 10; i++) {
            s.propose(1, "c" + i);
            s.stabilise();
        }
        s.expectCommit(1, 11).heal().run(600).expectCommit(3, 11).expectTerm(3, 1);
    }

    @Test
    void R15_an_empty_append_whose_place_conflicts_is_rejected_and_removes_nothing() {
        RaftScenario s = RaftScenario.withLogs("1 1 2", "1", "1").receive(1, 2, append(3, 3, 3, 3));
        s.expectLog(1, "1 1 2").expectCommit(1, 0);
        assertEquals(3, s.take(1, 2, AppendRejected.class).prevIndex());
    }

    @Test
    void R17_a_heartbeat_that_overtakes_entries_is_no_conflict() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(50);
        s.propose(1, "x");
        AppendEntries slow = s.take(1, 3, AppendEntries.class);
        s.stabilise().run(300);
        s.receive(3, 1, slow)
                .stabilise()
                .expectLogs("1 1")
                .run(200)
                .expectCommit(3, 2)
                .expectRole(1, Role.LEADER);
    }

    @Test
    void R21_a_dead_follower_costs_empty_messages_and_blocks_nobody() {
        RaftScenario s = RaftScenario.used(3).crash(3).elect(1);
        for (int i = 0; i < 20; i++) {
            s.propose(1, "c" + i);
            s.stabilise();
        }
        s.expectCommit(1, 21).expectCommit(2, 21);
        for (int i = 0; i < 5; i++) {
            s.pass(100).tick(1);
        }
        List<AppendEntries> probes = s.underWay(1, 3, AppendEntries.class);
        assertEquals(5, probes.size());
        assertTrue(probes.stream().allMatch(probe -> probe.entries().isEmpty()));
        s.restart(3).run(200).expectCommit(3, 21);
    }

    @Test
    void R28_an_append_delivered_late_does_not_cut_off_what_a_later_one_brought() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1");
        s.receive(1, 2, append(2, 1, 1, 0, 2, 2, 2)).expectLog(1, "1 2 2 2");
        s.receive(1, 2, append(2, 1, 1, 0, 2)).receive(1, 2, append(2, 1, 1, 0)).receive(1, 2, append(2, 2, 2, 0));
        s.expectLog(1, "1 2 2 2");
    }

    @Test
    void an_acknowledgement_names_what_its_message_verified_not_the_logs_end() {
        RaftScenario s = RaftScenario.withLogs("1 1 1 1", "1", "1").receive(1, 2, append(2, 1, 1, 0));
        assertEquals(Say.appendAccepted(2, 0, 1, 1), s.take(1, 2, AppendAccepted.class));
        s.receive(1, 2, append(2, 0, 0, 0, 1, 1));
        assertEquals(Say.appendAccepted(2, 0, 2, 2), s.take(1, 2, AppendAccepted.class));
    }

    @Test
    void a_committed_entry_is_never_overwritten_the_node_stops_instead() {
        RaftScenario s = RaftScenario.withLogs("1 1", "1 1", "1 1").receive(1, 2, append(1, 2, 1, 2));
        assertThrows(InvariantViolation.class, () -> s.receive(1, 2, append(3, 1, 1, 0, 3)));
        assertThrows(
                InvariantViolation.class,
                () -> RaftScenario.of(3).elect(1).receive(1, 2, append(1, 0, 0, 0)),
                "two leaders in one term");
    }

    @Test
    void a_follower_whose_disk_was_lost_is_another_server_and_what_it_had_acknowledged_is_void() {
        RaftScenario s = RaftScenario.used(3).elect(1);
        s.propose(1, "a");
        s.stabilise().isolate(2);
        s.propose(1, "b");
        s.receive(3, 1, s.take(1, 3, AppendEntries.class));
        AppendAccepted ofEarlierLife = s.take(3, 1, AppendAccepted.class);
        s.crash(3);
        s.node(3).wipe();
        s.forgetHistory(3).restart(3).run(1_000);
        s.receive(1, 3, ofEarlierLife).run(1_000).expectCommit(1, 2);
        s.heal().run(1_000).expectLog(3, s.log(1));
        assertTrue(s.raft(1).configuration().isSettled());
        assertTrue(s.raft(1).configuration().isVoter(s.raft(3).server()));
        assertTrue(s.raft(3).server().identity() != Server.FOUNDER);
    }

    @Test
    void R10_an_answer_about_another_place_than_the_one_probed_ends_no_probe() {
        RaftScenario s =
                RaftScenario.withLogs("1 1", "1 1", "1 1").isolate(3).elect(1).heal();
        s.pass(100).tick(1).dropAll().receive(1, 3, Say.appendAccepted(2, s.now(1), 0, 0));
        s.propose(1, "x");
        assertTrue(s.underWay(1, 3, AppendEntries.class).isEmpty(), "one probe at a time");
    }

    @Test
    void R10_what_a_leader_knows_of_a_follower_only_grows() {
        Progress progress = new Progress(RaftScenario.id(2), 8, 0);
        assertTrue(progress.acknowledged(5, 1, 1));
        assertFalse(progress.acknowledged(3, 2, 2));
        assertEquals(5, progress.match());
        progress.probe(2, 3);
        assertEquals(6, progress.next());
        progress.stream(1, 4);
        assertEquals(6, progress.next());
    }

    @Test
    void what_was_handed_out_does_not_change_when_the_log_does() {
        RaftLog log = new RaftLog(0, 0, 0);
        entries(1, 1, 1, 1).forEach(log::append);
        List<LogEntry> slice = log.slice(1, 3);
        log.truncateFrom(2);
        entries(2, 2, 2).forEach(log::append);
        assertEquals(entries(1, 1, 1, 1), slice);
        assertEquals(
                List.of(1L, 2L, 2L),
                log.slice(1, 3).stream().map(LogEntry::term).toList());
        assertFalse(log.slice(1, 3).equals(slice));
        assertEquals(Collections.emptyList(), log.slice(4, 3));
    }
}
