package io.sinkron.raft;

import io.sinkron.raft.RaftMessage.AppendEntries;
import org.junit.jupiter.api.Test;

/**
 * A disk that loses the end of what was durable (a stale sector, a restored image) stays the same server: nothing but the leader's own bookkeeping keeps what it
 * said before apart from what it holds now (openraft cecb5de8).
 */
class StaleAcknowledgementTest {
    @Test
    void an_acknowledgement_from_before_a_follower_lost_the_end_of_its_log_counts_for_nothing() {
        RaftScenario s = RaftScenario.of(3).elect(1);
        s.propose(1, "a");
        s.stabilise().expectCommit(1, 2).isolate(2);
        s.propose(1, "b");
        AppendEntries sent = s.take(1, 3, AppendEntries.class);
        var late = Say.appendAccepted(1, sent.round(), 3, 3);
        s.dropAll().pass(100).tick(1);
        AppendEntries beat = s.take(1, 3, AppendEntries.class);
        s.receive(1, 3, Say.appendRejected(1, beat.round(), beat.prevIndex(), 1, 1));
        s.receive(1, 3, late).expectCommit(1, 2);
        s.dropAll().run(1_000).expectCommit(1, 3).expectLog(3, s.log(1));
    }
}
