package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.RaftMessage.Campaign;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import org.junit.jupiter.api.Test;

/** When empty disks may vote: the amnesia of a lost disk must not be taken for the innocence of a new one. */
class FoundingTest {
    private static PreVoteResponse empty(PreVoteRequest asked, long identity) {
        return new PreVoteResponse(0, asked.term(), false, identity, asked.round(), true, 0);
    }

    private static PreVoteResponse used(PreVoteRequest asked, long lastIndex) {
        return new PreVoteResponse(0, asked.term(), false, Server.FOUNDER, asked.round(), false, lastIndex);
    }

    @Test
    void no_group_is_founded_while_one_founder_has_not_been_heard() {
        RaftScenario s = RaftScenario.of(3).isolate(3);
        s.run(20_000).expectTerm(1, 0).expectTerm(2, 0);
        s.heal().run(5_000);
        assertTrue(s.raft(1).term() > 0 && s.raft(1).leader().isPresent(), "all three are up, once");
    }

    @Test
    void once_founded_a_majority_is_enough() {
        RaftScenario s = RaftScenario.of(3)
                .elect(1)
                .run(1_000)
                .isolate(3)
                .crash(1)
                .restart(1)
                .run(5_000);
        assertTrue(s.raft(1).leader().isPresent());
    }

    @Test
    void two_empty_disks_do_not_outvote_the_one_that_has_entries() {
        RaftScenario s = RaftScenario.withLogs("1 1", "", "").run(20_000);
        s.expectTerm(2, 0).expectTerm(3, 0).expectCommit(1, 0);
        assertTrue(s.raft(1).leader().isEmpty());
    }

    @Test
    void everybody_is_asked_twice_and_must_have_the_same_disk_both_times() {
        RaftScenario s = RaftScenario.of(3).campaign(1);
        PreVoteRequest first = s.underWay(1, 2, PreVoteRequest.class).get(0);
        s.dropAll().receive(1, 2, empty(first, 1)).receive(1, 3, empty(first, 1));
        PreVoteRequest second = s.underWay(1, 2, PreVoteRequest.class).get(0);
        assertTrue(second.round() != first.round());
        s.dropAll()
                .receive(1, 2, empty(first, 1))
                .receive(1, 3, empty(first, 1))
                .expectTerm(1, 0);
        s.receive(1, 2, empty(second, 9)).receive(1, 3, empty(second, 1)).expectTerm(1, 0);
        s.receive(1, 2, empty(second, 1)).expectTerm(1, 1).expectRole(1, Role.CANDIDATE);
        assertEquals(
                new VoteRequest(1, 0, 0, Campaign.FOUNDING, 1),
                s.underWay(1, 2, VoteRequest.class).get(0));
    }

    @Test
    void whoever_shows_an_entry_in_the_second_round_ends_it() {
        RaftScenario s = RaftScenario.of(3).campaign(1);
        PreVoteRequest first = s.underWay(1, 2, PreVoteRequest.class).get(0);
        s.dropAll().receive(1, 2, empty(first, 1)).receive(1, 3, empty(first, 1));
        PreVoteRequest second = s.underWay(1, 2, PreVoteRequest.class).get(0);
        s.dropAll()
                .receive(1, 2, used(second, 1))
                .receive(1, 3, empty(second, 1))
                .expectTerm(1, 0);
    }

    @Test
    void a_request_to_an_earlier_start_of_an_empty_disk_makes_no_founder_of_it() {
        RaftScenario s =
                RaftScenario.of(3).crash(1).restart(1).pass(3_000).tick(1).dropAll();
        s.receive(1, 2, new VoteRequest(1, 0, 0, Campaign.FOUNDING, 1)).expectTerm(1, 0);
        s.receive(1, 2, new VoteRequest(1, 0, 0, Campaign.REGULAR, 0)).expectTerm(1, 0);
        assertTrue(s.underWay(1, 2, VoteResponse.class).stream().noneMatch(VoteResponse::granted));
        s.dropAll()
                .receive(1, 2, new VoteRequest(1, 0, 0, Campaign.FOUNDING, 2))
                .expectTerm(1, 1);
        assertTrue(s.take(1, 2, VoteResponse.class).granted());
        assertEquals(Server.FOUNDER, s.raft(1).server().identity());
    }
}
