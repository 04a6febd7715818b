package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.RaftMessage.AppendEntries;
import org.junit.jupiter.api.Test;

/** When a leader is sure that it leads. */
class QuorumTest {
    @Test
    void a_leader_is_sure_only_after_a_majority_has_answered_it() {
        RaftScenario s = RaftScenario.of(3).campaign(1);
        while (s.raft(1).role() != Role.LEADER) {
            s.deliverNext();
        }
        assertFalse(s.raft(1).hasQuorum(s.now(1)), "votes were given, but no answer to a leader's message yet");
        s.stabilise();
        assertTrue(s.raft(1).hasQuorum(s.now(1)));
        assertFalse(s.raft(2).hasQuorum(s.now(2)));
    }

    @Test
    void certainty_counts_from_when_the_answered_message_was_sent_less_the_clock_drift() {
        RaftScenario s = RaftScenario.of(3).elect(1).run(50);
        s.cut(2, 1).cut(3, 1).pass(100).tick(1);
        long sentAt = s.now(1);
        s.heal().pass(300).stabilise();
        long window = RaftOptions.DEFAULT.quorumWindowNanos();
        assertEquals(450_000_000L, window);
        assertTrue(s.raft(1).hasQuorum(sentAt + window));
        assertFalse(s.raft(1).hasQuorum(sentAt + window + 1000));
    }

    @Test
    void a_rejection_is_an_answer_too_but_a_later_leaders_answers_are_not() {
        RaftScenario s = RaftScenario.withLogs("1 1", "1 1", "").elect(1);
        s.isolate(2).run(400);
        assertTrue(s.raft(1).hasQuorum(s.now(1)), "node 3 answered while it was behind");
        s.isolate(3).run(460);
        assertFalse(s.raft(1).hasQuorum(s.now(1)));
    }

    @Test
    void who_steps_down_is_not_sure_any_more() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.receive(1, 2, new AppendEntries(2, 0, 0, 0, 0, java.util.List.of()));
        assertFalse(s.raft(1).hasQuorum(s.now(1)));
        assertFalse(s.raft(1).isReadyLeader());
    }

    @Test
    void a_leader_is_ready_once_its_own_first_entry_is_committed() {
        RaftScenario s = RaftScenario.withLogs("1 1", "1 1", "1 1").campaign(1);
        while (s.raft(1).role() != Role.LEADER) {
            assertFalse(s.raft(1).isReadyLeader());
            s.deliverNext();
        }
        assertFalse(s.raft(1).isReadyLeader());
        s.stabilise();
        assertTrue(s.raft(1).isReadyLeader());
        assertEquals(3, s.raft(1).appliedIndex());
    }
}
