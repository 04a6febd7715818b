package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.LeaseOptions;
import io.sinkron.cluster.ViewKeeper;
import io.sinkron.common.CommandBody;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockLimits;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What only the leader does, and when. */
class LeaderDutiesTest {
    private static final long START = -5_000_000_000L;
    private static final long TTL_MILLIS = 1_000;
    private static final long OVER = START + TTL_MILLIS * 1_000_000;
    private static final long TERM = 7;
    private static final long FAR = START + 3_600_000_000_000L;

    private final LeaderDuties duties =
            new LeaderDuties(new ViewKeeper(LeaseOptions.DEFAULT, List.of(NodeId.of("a"), NodeId.of("b"))));

    private void begin() {
        duties.observe(true, new ReplicatedState(LockLimits.DEFAULT), START);
        duties.sessionOpened("s", TTL_MILLIS, START);
    }

    @Test
    void aLeaderThatIsNotSureDoesNotWakeAgainAndAgainForASessionWhoseTimeIsOver() {
        begin();
        assertEquals(List.of(), duties.due(TERM, false, OVER));
        assertTrue(duties.deadline(false, FAR) - OVER > 0, "due at once again, with nothing to be done");
    }

    @Test
    void aSessionWhoseTimeIsOverEndsAsSoonAsTheLeaderIsSure() {
        begin();
        duties.due(TERM, false, OVER);
        assertTrue(duties.deadline(true, FAR) - OVER <= 0);
        List<CommandBody> due = duties.due(TERM, true, OVER);
        assertEquals(List.of(new LockCommand.ExpireSession("s", TERM)), due);
    }

    @Test
    void whoIsNotOnDutyIsNeverDue() {
        assertEquals(FAR, duties.deadline(true, FAR));
    }
}
