package io.sinkron.raft;

import static io.sinkron.raft.RaftScenario.entries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commit rule; the numbers are those of the scenario catalogue in {@code docs/raft.md}. */
class CommitTest {
    /** Node 1 leads term 3 over the log {@code 1 2}, its no-op at index 3 is acknowledged by nobody. */
    private static RaftScenario leaderOfTerm3() {
        RaftScenario s = RaftScenario.withLogs("1 2", "1 2", "1 2").campaign(1);
        while (s.raft(1).role() != Role.LEADER) {
            s.deliverNext();
        }
        return s.dropAll().expectTerm(1, 3).expectLog(1, "1 2 3");
    }

    @Test
    void C02_C04_entries_of_old_terms_are_committed_only_through_one_of_the_leaders_own() {
        RaftScenario s = leaderOfTerm3();
        s.receive(1, 2, Say.appendAccepted(3, s.now(1), 1, 1)).expectCommit(1, 0);
        s.receive(1, 2, Say.appendAccepted(3, s.now(1), 2, 2)).expectCommit(1, 0);
        s.receive(1, 3, Say.appendAccepted(3, s.now(1), 2, 2)).expectCommit(1, 0);
        s.run(200).expectCommit(1, 3).expectCommit(2, 3);
    }

    @ParameterizedTest
    @CsvSource({"''", "'2'", "'1 2'", "'1'"})
    void C03_the_first_own_entry_commits_all_before_it(String log) {
        RaftScenario s =
                RaftScenario.withLogs(log + " @2", log + " @2", log + " @2").elect(1);
        long entries = log.isEmpty() ? 0 : log.split(" ").length;
        s.expectTerm(1, 3).expectCommit(1, entries + 1).expectCommit(2, entries + 1);
    }

    @Test
    void C07_C10_an_uncommitted_longest_log_may_be_lost_and_a_committed_entry_may_not() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "committed");
        s.stabilise().cut(1, 2).cut(1, 3);
        s.propose(1, "lost");
        s.dropAll().crash(1).heal().elect(2).restart(1).run(1000);
        s.expectLogs("1 1 2").expectCommit(1, 3);
        assertEquals(java.util.List.of("committed"), s.node(1).applied);
    }

    @Test
    void C08_an_inherited_suffix_is_committed_with_the_new_leaders_first_entry() {
        RaftScenario s = RaftScenario.of(3).elect(1).cut(1, 3);
        s.propose(1, "x");
        s.receive(2, 1, s.take(1, 2, AppendEntries.class)).dropAll().crash(1).heal();
        s.elect(2).expectCommit(2, 3).expectCommit(3, 3);
        assertTrue(s.node(3).applied.contains("x"));
    }

    @Test
    void C09_a_cut_off_leader_commits_nothing_and_its_writes_are_overwritten() {
        RaftScenario s = RaftScenario.of(5)
                .elect(1)
                .cut(1, 3)
                .cut(1, 4)
                .cut(1, 5)
                .cut(3, 1)
                .cut(4, 1)
                .cut(5, 1);
        s.propose(1, "minority");
        s.stabilise().expectCommit(1, 1).expectLog(2, "1 1");
        s.cut(2, 1).cut(2, 3).cut(2, 4).cut(2, 5).elect(3);
        s.propose(3, "majority");
        s.stabilise().heal().run(2000).expectLogs(s.log(3));
        assertEquals(java.util.List.of("majority"), s.node(1).applied);
    }

    @Test
    void C10_figure_8_an_old_term_entry_on_a_majority_may_still_be_overwritten() {
        RaftOptions oneByOne = RaftScenario.OPTIONS.withFlow(1, 1, 1, 1);
        RaftScenario s = RaftScenario.withLogs(oneByOne, "1 2 @4", "1 2 @4", "1 @4", "1 @4", "1 3 @4");
        s.isolate(5).isolate(4).campaign(1);
        while (s.raft(1).role() != Role.LEADER || !s.log(3).equals("1 2")) {
            if (!s.isNext(1, 2, AppendEntries.class)) {
                s.deliverNext();
            } else {
                s.take(1, 2, AppendEntries.class);
            }
        }
        s.receive(1, 2, Say.appendAccepted(5, s.now(1), 2, 2));
        s.receive(1, 3, s.take(3, 1, AppendAccepted.class));
        s.expectLog(1, "1 2 5").expectLog(2, "1 2").expectLog(3, "1 2").expectCommit(1, 0);
        s.dropAll().crash(1).heal().lapse().campaign(5).stabilise().expectTerm(5, 5);
        s.elect(5).restart(1).run(1000).expectLogs("1 3 6");
    }

    @Test
    void C13_the_leaders_own_copy_counts_only_once_it_is_durable() {
        RaftScenario s = RaftScenario.of(3).elect(1).holdStorage(1).isolate(3);
        s.propose(1, "x");
        s.stabilise().expectCommit(1, 1);
        s.releaseStorage(1).expectCommit(1, 2);
    }

    @Test
    void C13_two_followers_suffice_while_the_leaders_own_disk_hangs() {
        RaftScenario s = RaftScenario.of(3).elect(1).holdStorage(1);
        s.propose(1, "x");
        s.stabilise().expectCommit(1, 2);
    }

    @Test
    void C13_a_single_voter_commits_nothing_before_its_disk_has_it() {
        RaftScenario s = RaftScenario.of(1).tick(1).expectCommit(1, 1).holdStorage(1);
        s.propose(1, "x");
        s.expectCommit(1, 1).crash(1).restart(1).tick(1).expectLog(1, "1 2").expectCommit(1, 2);
    }

    @Test
    void C15_what_a_majority_acknowledged_survives_every_election() {
        RaftScenario s = RaftScenario.of(3).elect(1).cut(1, 2);
        s.propose(1, "x");
        s.stabilise().expectCommit(1, 2).crash(1).heal().lapse().campaign(2).stabilise();
        assertFalse(s.raft(2).role() == Role.LEADER, "node 2 lacks the entry");
        s.elect(3).expectLog(2, "1 1 2");
    }

    @Test
    void a_follower_commits_no_further_than_the_message_verified_even_if_its_log_is_longer() {
        RaftScenario s = RaftScenario.withLogs("1 1 1", "1", "1");
        s.receive(1, 2, new AppendEntries(2, 0, 1, 1, 3, entries(2))).expectCommit(1, 1);
    }
}
