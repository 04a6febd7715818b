package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.raft.RaftMessage.VoteResponse;
import org.junit.jupiter.api.Test;

/** Who votes tells the candidate the cluster's time, so that it doesn't die with the old leader. */
class VotersTimeTest {
    private static VoteResponse vote(RaftScenario s, boolean granted, long millis) {
        return new VoteResponse(s.raft(1).term(), granted, Server.FOUNDER, millis);
    }

    @Test
    void the_latest_time_of_a_voter_is_what_the_candidate_knows() {
        RaftScenario s = RaftScenario.used(5).campaign(1).run(0);
        s.receive(1, 2, Say.preVoteResponse(1, 2, true)).receive(1, 3, Say.preVoteResponse(1, 2, true));
        s.expectRole(1, Role.CANDIDATE).dropAll();
        s.receive(1, 2, vote(s, true, 7_000));
        s.receive(1, 3, vote(s, false, 9_000));
        assertEquals(9_000, s.raft(1).votersMillis());
    }

    @Test
    void a_new_campaign_asks_anew() {
        RaftScenario s = RaftScenario.used(3).campaign(1);
        s.receive(1, 2, Say.preVoteResponse(1, 2, true)).expectRole(1, Role.CANDIDATE);
        s.receive(1, 2, vote(s, false, 7_000));
        s.dropAll().campaign(1).receive(1, 3, Say.preVoteResponse(2, 3, true)).expectTerm(1, 3);
        assertEquals(0, s.raft(1).votersMillis());
    }

    @Test
    void a_node_tells_what_it_was_told_last() {
        RaftScenario s = RaftScenario.used(3);
        s.raft(2).clusterTimeIs(5_000);
        s.elect(1);
        assertEquals(5_000, s.raft(1).votersMillis());
    }
}
