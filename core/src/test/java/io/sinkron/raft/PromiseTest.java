package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stickiness: what a voter promises a leader, for how long, and what resets timers. */
class PromiseTest {
    @Test
    void E21_E34_a_voter_that_hears_a_leader_refuses_votes_until_the_shortest_election_timeout_is_over() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(100).dropAll();
        s.receive(3, 2, Say.preVoteRequest(2, 9, 1)).receive(3, 2, Say.voteRequest(2, 9, 1));
        assertFalse(s.take(3, 2, PreVoteResponse.class).granted());
        assertTrue(s.underWay(3, 2, VoteResponse.class).isEmpty());
        s.expectTerm(3, 1).lapse();
        s.receive(3, 2, Say.preVoteRequest(2, 9, 1)).receive(3, 2, Say.voteRequest(2, 9, 1));
        assertTrue(s.take(3, 2, PreVoteResponse.class).granted());
        assertTrue(s.take(3, 2, VoteResponse.class).granted());
    }

    @Test
    void E21_a_voter_that_restarts_keeps_the_promise_it_may_have_given() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(100).crash(3).restart(3);
        s.receive(3, 2, Say.voteRequest(2, 9, 1)).expectTerm(3, 1);
        assertTrue(s.underWay(3, 2, VoteResponse.class).isEmpty());
    }

    @Test
    void E21_a_voter_that_restarts_with_nothing_votes_for_nobody() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(100).crash(3);
        s.node(3).wipe();
        s.forgetHistory(3).restart(3).receive(3, 2, Say.voteRequest(1, 9, 1)).expectTerm(3, 0);
        s.lapse().receive(3, 2, Say.voteRequest(9, 9, 9)).expectTerm(3, 0);
        assertTrue(s.underWay(3, 2, VoteResponse.class).isEmpty());
    }

    @Test
    void E21_the_leader_itself_may_ask_before_its_lease_is_over_as_asking_it_leads_no_more() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(100).crash(1).restart(1);
        s.campaign(1).stabilise().expectRole(1, Role.LEADER).expectTerm(1, 2);
    }

    @Test
    void E26_a_majority_that_hears_nothing_may_replace_a_live_leader() {
        RaftScenario s = RaftScenario.of(3).elect(1).cut(1, 2).cut(1, 3).lapse();
        s.campaign(2).stabilise().expectRole(2, Role.LEADER).expectTerm(2, 2);
        s.heal().run(200).expectRole(1, Role.FOLLOWER);
    }

    @Test
    void a_pre_vote_does_not_put_off_the_receivers_own_election() {
        RaftScenario s = RaftScenario.of(3);
        long deadline = s.raft(1).deadline();
        s.receive(1, 2, Say.preVoteRequest(1, 0, 0)).receive(1, 2, Say.voteRequest(1, 0, -1));
        assertEquals(deadline, s.raft(1).deadline());
    }

    @Test
    void a_leader_of_an_old_term_puts_off_no_election_and_gets_no_promise() {
        RaftScenario s = RaftScenario.withLogs("1 @5", "1 @5", "1 @5");
        long deadline = s.raft(1).deadline();
        s.receive(1, 3, new AppendEntries(4, 0, 1, 1, 1, List.of()));
        assertEquals(deadline, s.raft(1).deadline());
        s.receive(1, 2, Say.preVoteRequest(6, 1, 1));
        assertTrue(s.take(1, 2, PreVoteResponse.class).granted());
    }
}
