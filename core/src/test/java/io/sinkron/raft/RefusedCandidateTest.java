package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.RaftMessage.VoteResponse;
import org.junit.jupiter.api.Test;

/** Only a vote that is given puts off the voter's own election (Ongaro 2014, section 3.4); else a candidate that can't win keeps the others from trying. */
class RefusedCandidateTest {
    @Test
    void a_refused_request_for_a_vote_does_not_put_off_the_voters_own_election() {
        RaftScenario s = RaftScenario.withLogs("1 1", "1", "1").lapse();
        long deadline = s.raft(1).deadline();
        s.receive(1, 2, Say.voteRequest(2, 1, 1)).expectTerm(1, 2);
        assertFalse(s.take(1, 2, VoteResponse.class).granted());
        assertEquals(deadline, s.raft(1).deadline());
    }

    @Test
    void a_vote_that_is_given_puts_it_off() {
        RaftScenario s = RaftScenario.withLogs("1", "1 1", "1").lapse();
        long deadline = s.raft(1).deadline();
        s.receive(1, 2, Say.voteRequest(2, 2, 1));
        assertTrue(s.take(1, 2, VoteResponse.class).granted());
        assertNotEquals(deadline, s.raft(1).deadline());
    }
}
