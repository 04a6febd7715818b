package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.ClusterMessage.ChangeMembers;
import io.sinkron.cluster.ClusterMessage.Decision;
import io.sinkron.cluster.ClusterMessage.Verdict;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.raft.Role;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogStore;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a leader begins with: the time of the cluster, and numbers that no earlier start of it has used. */
class TermOfOfficeTest {
    private static final long STEP = 100_000_000L;
    private static final long WALL_MILLIS = 3_600_000;
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");

    private long now;

    /** A node that leads, with the votes of others who tell this time. */
    private Raft leader(NodeOptions options, long votersMillis) {
        HardState used = new HardState(1, Optional.empty(), 0);
        LogStore.Recovered recovered = new LogStore.Recovered(2, used, Optional.empty(), List.of());
        Raft raft = new Raft(options.raft(), N1, options.founding(), recovered, new Random(1), now);
        for (int i = 0; i < 200 && raft.role() != Role.LEADER; i++) {
            now += STEP;
            raft.tick(now);
            RaftEffects effects = raft.effects();
            effects.write().ifPresent(write -> raft.persisted(write.sequence(), now));
            for (RaftEffects.Outgoing sent : effects.messages()) {
                if (sent.message() instanceof PreVoteRequest asked) {
                    raft.receive(
                            sent.to(), new PreVoteResponse(1, asked.term(), true, 0, asked.round(), false, 0), now);
                }
            }
            if (raft.role() == Role.CANDIDATE) {
                raft.effects().write().ifPresent(write -> raft.persisted(write.sequence(), now));
                raft.receive(N2, new VoteResponse(raft.term(), true, 0, votersMillis), now);
            }
        }
        assertEquals(Role.LEADER, raft.role());
        return raft;
    }

    private static RaftRoute route(Raft raft, ClusterClock clock, NodeOptions options) {
        return new RaftRoute(N1, raft, clock, options);
    }

    @Test
    void theFirstProposalOfAColdStartIsStampedByTheWallClock() {
        NodeOptions options = NodeOptions.of(N1, List.of(N1, N2, N3));
        Raft raft = leader(options, 0);
        RaftRoute route = route(raft, new ClusterClock(0, WALL_MILLIS, 0), options);
        assertEquals(Optional.of(true), route.proposeHere(Bytes.utf8("command"), now));
        assertTrue(raft.lastStampMillis() >= WALL_MILLIS, () -> "stamped " + raft.lastStampMillis());
    }

    @Test
    void theFirstProposalOfARestartedLeaderIsStampedByWhatItsVotersKnow() {
        NodeOptions options = NodeOptions.of(N1, List.of(N1, N2, N3));
        Raft raft = leader(options, 50_000);
        RaftRoute route = route(raft, new ClusterClock(0, WALL_MILLIS, 0), options);
        route.proposeHere(Bytes.utf8("command"), now);
        assertEquals(50_000, raft.lastStampMillis());
    }

    @Test
    void aLateWordOnAnEarlierStartsAttemptIsNoWordOnThisOnes() {
        NodeOptions options = NodeOptions.of(N1, List.of(N1, N2, N3));
        Outputs outputs = new Outputs(N1);
        GroupCalls calls = new GroupCalls(N1, leader(options, 0), outputs, 90_000);
        calls.call(new Call.Reconfigure(7, now + 60 * STEP, MembershipChange.remove(N3)), now);
        ChangeMembers ask = assertInstanceOf(ChangeMembers.class, outputs.pollToSelf());
        assertEquals(90_000, ask.attempt());
        calls.decided(new Decision(1, Verdict.NO_SUCH_MEMBER, 0, "late"), now);
        assertEquals(List.of(), outputs.take());
        calls.decided(new Decision(90_000, Verdict.NO_SUCH_MEMBER, 0, "now"), now);
        assertEquals(1, outputs.take().size());
    }
}
