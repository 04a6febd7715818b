package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ClusterClockTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void aColdStartTakesTheWallClockOfTheStart() {
        ClusterClock clock = new ClusterClock(5_000, 100_000, 0);
        clock.leaderStarted(5_000, 2 * SECOND);
        assertEquals(102_000, clock.estimate(2 * SECOND));
    }

    @Test
    void aWallClockThatIsBehindTheLogDoesNotTurnTheTimeBack() {
        ClusterClock clock = new ClusterClock(5_000, 1_000, 0);
        clock.leaderStarted(5_000, 2 * SECOND);
        assertEquals(7_000, clock.estimate(2 * SECOND));
    }

    @Test
    void whoHasHeardALeaderIgnoresItsOwnWallClock() {
        ClusterClock clock = new ClusterClock(0, 3_600_000, 0);
        clock.heard(10_000, SECOND);
        clock.leaderStarted(10_000, 3 * SECOND);
        assertEquals(12_000, clock.estimate(3 * SECOND));
    }

    @Test
    void aFirstLeaderThatDiedBeforeItToldTheTimeLeavesThatToTheNextOne() {
        ClusterClock clock = new ClusterClock(0, 3_600_000, 0);
        clock.heard(0, SECOND);
        clock.leaderStarted(0, 2 * SECOND);
        assertEquals(3_602_000, clock.estimate(2 * SECOND));
    }

    @Test
    void theTimeNeverFallsWhateverIsHeard() {
        ClusterClock clock = new ClusterClock(0, 0, 0);
        clock.heard(10_000, 0);
        clock.heard(4_000, SECOND);
        assertEquals(11_000, clock.estimate(SECOND));
    }

    @Test
    void aNodeThatWasStartedAgainTellsNoTimeBeforeItHasHeardOfIt() {
        ClusterClock clock = new ClusterClock(5_000, 3_600_000, 0);
        assertEquals(0, clock.known(SECOND));
        clock.heard(6_000, SECOND);
        assertEquals(7_000, clock.known(2 * SECOND));
    }

    @Test
    void aLeaderThatWasStartedAgainGoesOnFromWhatItsVotersKnow() {
        ClusterClock restarted = new ClusterClock(5_000, 3_600_000, 0);
        restarted.heard(9_000, SECOND);
        restarted.leaderStarted(5_000, SECOND);
        assertEquals(10_000, restarted.estimate(2 * SECOND));
    }
}
