package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Terms, votes and elections; the numbers are those of the scenario catalogue in {@code docs/raft.md}. */
class ElectionTest {
    private static AppendEntries heartbeat(long term) {
        return new AppendEntries(term, 0, 0, 0, 0, List.of());
    }

    /** Node 1 in the second round of an election, in term 2, with nobody's vote but its own. */
    private static RaftScenario candidateOf(int nodes) {
        RaftScenario s = RaftScenario.used(nodes).campaign(1);
        for (int voter = 2; voter <= nodes; voter++) {
            s.receive(1, voter, Say.preVoteResponse(1, 2, true));
        }
        return s;
    }

    @Test
    void E01_a_higher_term_makes_a_follower_of_every_role_and_clears_the_vote() {
        RaftScenario follower = RaftScenario.of(3);
        RaftScenario candidate = candidateOf(3).dropAll();
        RaftScenario leader = RaftScenario.of(3).elect(1);
        for (RaftScenario s : List.of(follower, candidate, leader)) {
            s.receive(1, 2, heartbeat(5)).expectRole(1, Role.FOLLOWER).expectTerm(1, 5);
            assertEquals(Optional.of(RaftScenario.id(2)), s.raft(1).leader());
            assertEquals(Optional.empty(), s.node(1).durable.hardState().votedFor());
        }
    }

    @Test
    void E02_a_message_of_a_lower_term_changes_nothing() {
        RaftScenario s = RaftScenario.withLogs("1 2 @3", "1", "1").dropAll();
        s.receive(1, 2, new AppendEntries(2, 7, 2, 2, 2, RaftScenario.entries(3, 2)));
        s.receive(1, 2, Say.voteRequest(2, 9, 2)).receive(1, 2, Say.voteResponse(2, true));
        s.expectTerm(1, 3).expectLog(1, "1 2").expectCommit(1, 0);
        assertEquals(Optional.empty(), s.raft(1).leader());
        assertEquals(3, s.take(1, 2, AppendRejected.class).term(), "the old leader learns the new term");
        assertFalse(s.take(1, 2, VoteResponse.class).granted());
    }

    @Test
    void E04_a_timeout_begins_an_election_in_the_next_term_and_another_one_begins_it_again() {
        RaftScenario s = candidateOf(3);
        s.expectRole(1, Role.CANDIDATE).expectTerm(1, 2);
        assertEquals(
                Optional.of(RaftScenario.id(1)), s.node(1).durable.hardState().votedFor());
        assertEquals(1, s.underWay(1, 2, VoteRequest.class).size());
        assertEquals(1, s.underWay(1, 3, VoteRequest.class).size());
        s.dropAll().campaign(1).expectTerm(1, 2).expectRole(1, Role.PRE_CANDIDATE);
        s.receive(1, 2, Say.preVoteResponse(1, 3, true)).expectTerm(1, 3).expectRole(1, Role.CANDIDATE);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 1, 0, LEADER",
        "3, 2, 0, LEADER",
        "5, 2, 0, LEADER",
        "5, 3, 0, LEADER",
        "5, 4, 0, LEADER",
        "3, 0, 2, FOLLOWER",
        "5, 0, 4, FOLLOWER",
        "5, 1, 3, FOLLOWER",
        "3, 0, 0, CANDIDATE",
        "3, 0, 1, CANDIDATE",
        "5, 0, 0, CANDIDATE",
        "5, 1, 0, CANDIDATE",
        "5, 0, 2, CANDIDATE",
        "4, 1, 0, CANDIDATE",
        "4, 2, 0, LEADER",
        "4, 0, 2, FOLLOWER"
    })
    void E05_votes_decide_at_a_majority(int nodes, int granted, int denied, Role outcome) {
        RaftScenario s = candidateOf(nodes);
        for (int i = 0; i < granted + denied; i++) {
            s.receive(1, 2 + i, Say.voteResponse(2, i < granted));
        }
        s.expectRole(1, outcome).expectTerm(1, 2);
    }

    @Test
    void E05_a_vote_that_is_repeated_or_taken_back_counts_once() {
        RaftScenario s = candidateOf(5);
        s.receive(1, 2, Say.voteResponse(2, true)).receive(1, 2, Say.voteResponse(2, true));
        s.expectRole(1, Role.CANDIDATE);
        s.receive(1, 3, Say.voteResponse(2, false)).receive(1, 3, Say.voteResponse(2, true));
        s.expectRole(1, Role.CANDIDATE);
        s.receive(1, 2, Say.voteResponse(2, false)).receive(1, 4, Say.voteResponse(2, true));
        s.expectRole(1, Role.LEADER);
    }

    @Test
    void E06_a_vote_is_repeated_to_the_same_candidate_and_denied_to_another() {
        RaftScenario s = RaftScenario.used(3).receive(1, 2, Say.voteRequest(4, 0, 0));
        assertTrue(s.take(1, 2, VoteResponse.class).granted());
        s.receive(1, 2, Say.voteRequest(4, 0, 0)).receive(1, 3, Say.voteRequest(4, 8, 3));
        assertTrue(s.take(1, 2, VoteResponse.class).granted());
        assertFalse(s.take(1, 3, VoteResponse.class).granted());
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3})
    void E07_a_candidate_follows_a_leader_of_its_own_or_a_higher_term(long term) {
        RaftScenario s = candidateOf(3).receive(1, 3, heartbeat(term));
        s.expectRole(1, Role.FOLLOWER).expectTerm(1, term);
        assertEquals(Optional.of(RaftScenario.id(3)), s.raft(1).leader());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1 2, 2, 2"})
    void E09_a_request_carries_the_last_index_and_term(String log, long lastIndex, long lastTerm) {
        RaftScenario s = RaftScenario.withLogs(log, log, log).campaign(1);
        PreVoteRequest asked = s.underWay(1, 2, PreVoteRequest.class).get(0);
        assertEquals(new PreVoteRequest(lastTerm + 1, lastIndex, lastTerm, asked.round()), asked);
        s.receive(1, 2, Say.preVoteResponse(lastTerm, lastTerm + 1, true));
        assertEquals(Say.voteRequest(lastTerm + 1, lastIndex, lastTerm), s.take(1, 2, VoteRequest.class));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, true",
        "1, 1, 2, true",
        "1 1, 1, 1, false",
        "1, 2, 1, true",
        "1, 2, 2, true",
        "1 1, 2, 1, true",
        "2, 1, 1, false",
        "2, 1, 2, false",
        "2 2, 1, 9, false",
        "1 2, 2, 2, true"
    })
    void E10_a_vote_goes_to_a_log_that_is_at_least_as_good(String log, long lastTerm, long lastIndex, boolean granted) {
        RaftScenario s = RaftScenario.withLogs(log, log, log);
        s.receive(1, 2, Say.preVoteRequest(5, lastIndex, lastTerm));
        s.receive(1, 2, Say.voteRequest(5, lastIndex, lastTerm));
        assertEquals(granted, s.take(1, 2, PreVoteResponse.class).granted());
        assertEquals(granted, s.take(1, 2, VoteResponse.class).granted());
    }

    @Test
    void E11_a_pre_vote_changes_neither_term_nor_vote_and_a_vote_is_given_from_every_role_but_a_live_leader() {
        RaftScenario follower = RaftScenario.used(3);
        RaftScenario preCandidate = RaftScenario.used(3).campaign(1).dropAll();
        RaftScenario candidate = candidateOf(3).dropAll();
        for (RaftScenario s : List.of(follower, preCandidate, candidate)) {
            long term = s.raft(1).term();
            Role role = s.raft(1).role();
            s.receive(1, 2, Say.preVoteRequest(7, 5, 5)).expectTerm(1, term).expectRole(1, role);
            assertTrue(s.take(1, 2, PreVoteResponse.class).granted());
            s.receive(1, 2, Say.voteRequest(7, 5, 5)).expectTerm(1, 7).expectRole(1, Role.FOLLOWER);
            assertTrue(s.take(1, 2, VoteResponse.class).granted());
        }
        RaftScenario leader = RaftScenario.used(3).elect(1).receive(1, 2, Say.voteRequest(7, 5, 5));
        leader.expectTerm(1, 2).expectRole(1, Role.LEADER);
    }

    @Test
    void E12_a_cut_off_candidate_with_a_shorter_log_neither_wins_nor_raises_the_term_after_healing() {
        RaftScenario s = RaftScenario.used(3).cut(1, 3).cut(3, 1).isolate(3);
        s.elect(1);
        s.propose(1, "x");
        s.stabilise();
        for (int i = 0; i < 5; i++) {
            s.campaign(3).stabilise();
        }
        s.expectTerm(3, 1).heal().lapse().campaign(3).stabilise();
        s.expectRole(1, Role.LEADER).expectTerm(1, 2).expectRole(3, Role.FOLLOWER);
        s.run(200).expectLogs("2 2").expectTerm(3, 2);
    }

    @Test
    void E14_a_single_voter_leads_at_once_but_not_before_its_own_vote_is_durable() {
        RaftScenario s = RaftScenario.of(1).holdStorage(1).tick(1);
        s.expectRole(1, Role.CANDIDATE).run(3000).expectRole(1, Role.CANDIDATE).expectTerm(1, 1);
        s.releaseStorage(1).expectRole(1, Role.LEADER).expectCommit(1, 1);
        assertTrue(s.raft(1).hasQuorum(s.now(1)));
        assertTrue(s.raft(1).isReadyLeader());
    }

    @Test
    void E15_an_old_leaders_late_append_changes_nothing() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "late");
        AppendEntries late = s.take(1, 3, AppendEntries.class);
        s.dropAll().isolate(1).elect(2).heal();
        s.receive(3, 1, late).stabilise().run(200).expectLogs("1 2");
    }

    @Test
    void E16_logs_of_a_lost_term_are_overwritten_by_the_second_campaign() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "2", "@2", "@2");
        s.campaign(1).stabilise().expectTerm(1, 2);
        s.campaign(1).stabilise().expectTerm(1, 3).expectRole(1, Role.LEADER);
        s.run(200).expectLogs("1 3");
    }

    @Test
    void E17_each_node_in_turn_can_lead() {
        RaftScenario s = RaftScenario.of(3);
        for (int node = 1; node <= 3; node++) {
            s.elect(node).run(200);
            assertEquals(node, s.leader());
        }
    }

    @Test
    void E19_a_late_pre_vote_is_no_vote() {
        RaftScenario s = candidateOf(5);
        s.receive(1, 4, Say.preVoteResponse(1, 2, true)).receive(1, 5, Say.preVoteResponse(1, 3, true));
        s.expectRole(1, Role.CANDIDATE);
    }

    @Test
    void E20_a_leader_without_a_majority_steps_down_and_one_with_it_stays() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(5000);
        s.expectRole(1, Role.LEADER).expectTerm(1, 1).isolate(1).run(1200);
        s.expectTerm(1, 1);
        assertTrue(s.raft(1).role() != Role.LEADER, "cut off for longer than an election timeout");
        assertFalse(s.raft(1).hasQuorum(s.now(1)));
    }

    @Test
    void E22_a_node_stuck_in_a_higher_term_is_freed_and_nothing_committed_is_lost() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "kept");
        s.stabilise().crash(3);
        s.node(3).durable.setHardState(new io.sinkron.spi.HardState(9, Optional.of(RaftScenario.id(3))));
        s.restart(3).run(4000);
        assertTrue(s.raft(s.leader()).term() > 9);
        s.expectLog(1, s.log(3)).expectLog(2, s.log(3));
        assertTrue(s.node(3).applied.contains("kept"));
    }

    @Test
    void E24_a_follower_with_delayed_heartbeats_does_not_disturb_the_leader() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(200);
        s.cut(1, 3).run(3000).heal().run(1000);
        s.expectRole(1, Role.LEADER).expectTerm(1, 1).expectTerm(3, 1).expectRole(3, Role.FOLLOWER);
    }

    @Test
    void E25_E44_the_better_log_wins_and_the_worse_one_learns_the_term() {
        RaftScenario s = RaftScenario.withLogs("1 1", "1", "1 1");
        s.campaign(2).stabilise().expectTerm(2, 1);
        assertEquals(
                Role.PRE_CANDIDATE == s.raft(2).role()
                        || Role.FOLLOWER == s.raft(2).role(),
                true);
        s.campaign(1).stabilise().expectRole(1, Role.LEADER).run(200).expectLogs("1 1 2");
    }

    @Test
    void E30_a_long_log_in_a_low_term_still_becomes_leader_beside_a_short_log_in_a_high_term() {
        RaftScenario s = RaftScenario.withLogs("1 1 1", "1 @8", "1 @8");
        s.isolate(3).campaign(1).stabilise().expectTerm(1, 8);
        s.campaign(1).stabilise().expectRole(1, Role.LEADER).expectTerm(1, 9);
    }

    @Test
    void E31_split_pre_votes_are_resolved_by_the_next_timeout() {
        RaftScenario s = RaftScenario.of(4).campaign(1).campaign(2).dropAll();
        s.expectRole(1, Role.PRE_CANDIDATE).expectRole(2, Role.PRE_CANDIDATE);
        s.campaign(2).stabilise().expectRole(2, Role.LEADER).expectTerm(2, 1);
    }

    @Test
    void E35_a_leader_that_can_send_but_not_receive_steps_down_and_a_follower_that_cannot_receive_deposes_nobody() {
        RaftScenario deafLeader =
                RaftScenario.of(3).elect(1).cut(2, 1).cut(3, 1).run(4000);
        assertTrue(deafLeader.leader() > 1, "somebody who can hear leads");
        RaftScenario deafFollower =
                RaftScenario.of(3).elect(1).cut(1, 3).cut(2, 3).run(10_000);
        deafFollower.expectRole(1, Role.LEADER).expectTerm(1, 1);
    }

    @Test
    void E36_a_leader_begins_no_election() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(50);
        s.campaign(1).stabilise().expectRole(1, Role.LEADER).expectTerm(1, 1);
    }

    @Test
    void E37_a_removed_node_gets_no_vote_and_a_strangers_answers_count_for_nothing() {
        RaftScenario s =
                RaftScenario.withLogs("1 1", "1 1", "1 1").elect(1).lapse().dropAll();
        NodeId stranger = NodeId.of("stranger");
        s.raft(1).receive(stranger, Say.voteRequest(9, 1, 1), s.now(1));
        s.raft(1).receive(stranger, Say.preVoteRequest(9, 1, 1), s.now(1));
        s.raft(1).receive(stranger, Say.voteResponse(9, true), s.now(1));
        s.raft(1).receive(stranger, Say.appendRejected(9, 0, 0, 0, 0), s.now(1));
        s.raft(1).receive(RaftScenario.id(1), heartbeat(9), s.now(1));
        s.expectTerm(1, 2).expectRole(1, Role.LEADER);
    }

    @Test
    void E40_stepping_down_within_a_term_keeps_the_vote() {
        RaftScenario s = candidateOf(3).dropAll().receive(1, 2, heartbeat(2)).lapse();
        s.dropAll().receive(1, 3, Say.voteRequest(2, 9, 1));
        assertFalse(s.take(1, 3, VoteResponse.class).granted());
        assertEquals(
                Optional.of(RaftScenario.id(1)), s.node(1).durable.hardState().votedFor());
    }

    @Test
    void E41_a_vote_is_not_spoken_before_it_is_durable_and_a_lost_one_was_never_given() {
        RaftScenario s = RaftScenario.used(3).holdStorage(1).receive(1, 2, Say.voteRequest(2, 0, 0));
        assertTrue(s.underWay(1, 2, VoteResponse.class).isEmpty());
        s.crash(1).restart(1).lapse().receive(1, 3, Say.voteRequest(2, 0, 0));
        assertTrue(s.take(1, 3, VoteResponse.class).granted());
    }

    @Test
    void E42_no_request_leaves_a_candidate_whose_term_and_vote_are_not_durable() {
        RaftScenario s = RaftScenario.used(3).holdStorage(1).campaign(1);
        s.receive(1, 2, Say.preVoteResponse(1, 2, true)).expectRole(1, Role.CANDIDATE);
        assertTrue(s.underWay(1, 2, VoteRequest.class).isEmpty());
        s.receive(1, 3, Say.voteResponse(2, true)).receive(1, 2, Say.voteResponse(2, true));
        s.releaseStorage(1);
        assertEquals(1, s.underWay(1, 2, VoteRequest.class).size());
    }

    @Test
    void a_rejection_that_carries_a_higher_term_is_not_taken_for_a_vote() {
        RaftScenario s = candidateOf(3).receive(1, 2, Say.voteResponse(3, false));
        s.expectRole(1, Role.FOLLOWER).expectTerm(1, 3);
    }

    @Test
    void election_timeouts_are_drawn_from_the_whole_range() {
        long shortest = Long.MAX_VALUE;
        long longest = 0;
        for (int seed = 0; seed < 200; seed++) {
            Raft raft = new Raft(
                    RaftOptions.DEFAULT,
                    RaftScenario.id(1),
                    Configuration.founding(List.of(RaftScenario.id(1), RaftScenario.id(2)), Map.of()),
                    new DiskImage().recovered(1),
                    new java.util.Random(seed),
                    0);
            shortest = Math.min(shortest, raft.deadline());
            longest = Math.max(longest, raft.deadline());
        }
        assertTrue(shortest >= RaftOptions.DEFAULT.electionTimeoutMinNanos() && shortest < 550_000_000L);
        assertTrue(longest < RaftOptions.DEFAULT.electionTimeoutMaxNanos() && longest > 950_000_000L);
    }
}
