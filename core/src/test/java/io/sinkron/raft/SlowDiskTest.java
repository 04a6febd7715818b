package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A disk that stands still: at the leader it costs the leadership, at a follower no memory. */
class SlowDiskTest {
    private static final RaftOptions OPTIONS =
            RaftScenario.OPTIONS.withPatience(64 << 20, TimeUnit.MILLISECONDS.toNanos(2_000), 4_096);

    @Test
    void a_leader_whose_disk_stands_still_while_others_write_hands_the_leadership_over() {
        RaftScenario s = RaftScenario.used(3, OPTIONS).elect(1).run(500).holdStorage(1);
        s.propose(1, "a");
        s.run(1_500).expectRole(1, Role.LEADER);
        s.run(1_500).expectRole(1, Role.FOLLOWER);
        assertEquals(3, s.raft(2).term(), "without an election timeout, in the very next term");
        assertTrue(s.raft(2).role() == Role.LEADER || s.raft(3).role() == Role.LEADER);
        s.releaseStorage(1).run(1_000).expectLog(1, s.log(2));
    }

    @Test
    void a_leader_whose_disk_is_slow_like_everybodys_stays() {
        RaftScenario s = RaftScenario.used(3, OPTIONS).elect(1).run(500);
        s.holdStorage(1).holdStorage(2).holdStorage(3);
        s.propose(1, "a");
        s.run(5_000).expectRole(1, Role.LEADER).expectTerm(1, 2);
    }

    @Test
    void what_is_asked_again_and_again_is_acknowledged_once() {
        Outbox outbox = new Outbox();
        for (int round = 1; round <= 1_000; round++) {
            outbox.hold(RaftScenario.id(1), Say.appendAccepted(1, round, 5, 5), 7);
            outbox.hold(RaftScenario.id(1), Say.appendAccepted(1, round, 3, 3), 7);
        }
        outbox.hold(RaftScenario.id(1), Say.appendAccepted(1, 1_000, 9, 9), 8);
        outbox.release(7);
        List<Outgoing> freed = outbox.take();
        assertEquals(1, freed.size());
        assertEquals(5, ((AppendAccepted) freed.get(0).message()).durableIndex());
        outbox.release(8);
        assertEquals(1, outbox.take().size());
    }
}
