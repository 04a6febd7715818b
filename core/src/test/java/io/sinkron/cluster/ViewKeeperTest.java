package io.sinkron.cluster;

import static io.sinkron.cluster.Views.member;
import static io.sinkron.cluster.Views.view;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.ClusterCommand.ActivateView;
import io.sinkron.cluster.ClusterCommand.PrepareView;
import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.ClusterMessage.Place;
import io.sinkron.common.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scenarios in milliseconds, with the default options: leases of 1000 (1100 with drift), silent after 1000, first view after 3000. */
class ViewKeeperTest {
    private static final long MS = 1_000_000;
    private static final long LEASE = 1000 * MS;
    /** A lease with its drift allowance, rounded up to the next millisecond. */
    private static final int OVER = 1101;

    private static final Optional<ClusterCommand> NOTHING = Optional.empty();

    private ViewKeeper keeper;

    @BeforeEach
    void keeperOfAGroupOfFourThatExpectsThree() {
        keeper = new ViewKeeper(LeaseOptions.DEFAULT, ids("n1", "n2", "n3"));
        keeper.groupIs(ids("n1", "n2", "n3", "n4"), 0);
    }

    @Test
    void whoDoesNotLeadGrantsAndProposesNothing() {
        assertEquals(Optional.empty(), ask(0, member("n1", 1), 0));
        assertEquals(NOTHING, tick(0));
        lead(view(1, "n1", "n2", "n3"), true, 0);
        keeper.leaderStopped();
        assertEquals(Optional.empty(), ask(10, member("n1", 1), 1));
        assertEquals(NOTHING, tick(60_000));
    }

    @Test
    void theFirstViewWaitsForAllWhoAreExpected() {
        lead(View.EMPTY, true, 0);
        ask(10, member("n1", 1), 0);
        ask(20, member("n2", 1), 0);
        assertEquals(NOTHING, tick(20));
        assertEquals(3000 * MS, keeper.deadline());
        ask(30, member("n3", 1), 0);
        assertEquals(prepare(0, member("n1", 1), member("n2", 1), member("n3", 1)), tick(30));
    }

    @Test
    void theFirstViewDoesNotWaitForEver() {
        lead(View.EMPTY, true, 0);
        for (int at = 0; at < 3000; at += 250) {
            ask(at, member("n1", 1), 0);
            assertEquals(NOTHING, tick(at));
        }
        assertEquals(prepare(0, member("n1", 1)), tick(3000));
    }

    @Test
    void noViewIsEverEmpty() {
        lead(View.EMPTY, true, 0);
        assertEquals(NOTHING, tick(60_000));
        lead(view(3, "n1", "n2"), true, 0);
        assertEquals(NOTHING, tick(60_000), "all are silent, even this node itself");
    }

    @Test
    void aPreparedViewIsActivatedWhenAllHaveInstalledIt() {
        lead(View.EMPTY, true, 0);
        for (String id : List.of("n1", "n2", "n3")) {
            ask(0, member(id, 1), 0);
        }
        tick(0);
        keeper.viewChanged(view(1, "n1", "n2", "n3"), false, 5 * MS);
        assertEquals(NOTHING, tick(5));
        installed("n1", 1, 6);
        installed("n2", 1, 6);
        assertEquals(NOTHING, tick(6));
        installed("n3", 1, 7);
        assertEquals(7 * MS, keeper.deadline());
        assertEquals(activate(1), tick(7));
        keeper.viewChanged(view(1, "n1", "n2", "n3"), true, 8 * MS);
        assertEquals(NOTHING, tick(8));
    }

    @Test
    void anInstallationCountsForItsEpochAndItsMembersOnly() {
        lead(view(4, "n1", "n2"), false, 0);
        installed("n1", 4, 1);
        installed("n2", 3, 1);
        installed("n9", 4, 1);
        assertEquals(NOTHING, tick(1));
        installed("n2", 4, 2);
        assertEquals(activate(4), tick(2));
    }

    @Test
    void aNewLeaderLearnsInstallationsFromRequests() {
        lead(view(4, "n1", "n2"), false, 0);
        ask(1, member("n1", 1), 4);
        assertEquals(NOTHING, tick(1));
        ask(2, member("n2", 1), 4);
        assertEquals(activate(4), tick(2));
    }

    @Test
    void aCommandIsProposedAgainOnlyAfterAWhile() {
        lead(view(4, "n1"), false, 0);
        ask(0, member("n1", 1), 4);
        assertEquals(activate(4), tick(0));
        assertEquals(NOTHING, tick(499));
        assertEquals(500 * MS, keeper.deadline());
        assertEquals(activate(4), tick(500));
        keeper.viewChanged(view(4, "n1"), true, 510 * MS);
        assertEquals(NOTHING, tick(1000));
    }

    @Test
    void aSilentMemberIsExcludedWhenItsLeaseIsOver() {
        lead(view(1, "n1", "n2", "n3"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2", "n3");
        // The last lease was granted at 2000.
        keepAlive(2250, 3000, 1, "n1", "n2");
        assertEquals(NOTHING, tick(2000 + OVER - 1));
        keepAlive(3050, 3050, 1, "n1", "n2");
        assertEquals(prepare(1, member("n1", 1), member("n2", 1)), tick(2000 + OVER));
    }

    @Test
    void theDeadlineIsWhenAMemberMayBeExcluded() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2");
        keepAlive(2250, 3000, 1, "n1");
        tick(3000);
        assertTrue(keeper.deadline() - 2000 * MS - LeaseOptions.DEFAULT.lengthened() == 0);
    }

    @Test
    void aNewLeaderWaitsOneLeaseForThoseOfItsPredecessor() {
        lead(view(1, "n1", "n2", "n3"), true, 10_000);
        keepAlive(10_000, 11_100, 1, "n1", "n2");
        assertEquals(NOTHING, tick(10_000 + OVER - 1));
        assertEquals(prepare(1, member("n1", 1), member("n2", 1)), tick(10_000 + OVER));
    }

    @Test
    void onlyASureLeaderGrants() {
        lead(view(1, "n1", "n2"), true, 0);
        LeaseRequest request = new LeaseRequest(77, member("n2", 1), 1);
        assertEquals(Optional.empty(), keeper.requested(NodeId.of("n2"), request, false, 5, MS));
        assertEquals(
                Optional.of(new LeaseGrant(1, 77, LEASE, 5, 1, Place.MEMBER)),
                keeper.requested(NodeId.of("n2"), request, true, 5, MS));
        assertEquals(Optional.empty(), keeper.requested(NodeId.of("n1"), request, true, 5, MS), "not its own name");
    }

    @Test
    void aRequestThatCannotBeGrantedIsStillASignOfLife() {
        lead(view(1, "n1", "n2"), true, 0);
        for (int at = 0; at <= 5000; at += 250) {
            ask(at, member("n1", 1), 1);
            keeper.requested(NodeId.of("n2"), new LeaseRequest(0, member("n2", 1), 1), false, 0, at * MS);
            assertEquals(NOTHING, tick(at));
        }
    }

    @Test
    void whoIsNotInTheViewGetsNoLeaseButIsTakenIn() {
        lead(view(1, "n1", "n2"), true, 0);
        ask(0, member("n1", 1), 1);
        ask(0, member("n2", 1), 1);
        assertEquals(0, ask(10, member("n3", 1), 1).orElseThrow().durationNanos());
        assertEquals(prepare(1, member("n1", 1), member("n2", 1), member("n3", 1)), tick(10));
        keeper.viewChanged(view(2, "n1", "n2", "n3"), false, 12 * MS);
        assertEquals(LEASE, ask(13, member("n3", 1), 2).orElseThrow().durationNanos());
    }

    @Test
    void whoHasNotCaughtUpWithTheViewIsNotTakenInYet() {
        lead(view(7, "n1"), true, 0);
        ask(0, member("n1", 1), 7);
        ask(10, member("n2", 1), 6);
        assertEquals(NOTHING, tick(10));
        ask(20, member("n2", 1), 7);
        assertEquals(prepare(7, member("n1", 1), member("n2", 1)), tick(20));
    }

    @Test
    void aMemberThatReturnsGetsNoLeaseBeforeItKnowsTheViewThatExcludedIt() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 2000, 1, "n1");
        tick(2000);
        keeper.viewChanged(view(2, "n1"), false, 2000 * MS);
        installed("n1", 2, 2000);
        tick(2000);
        keeper.viewChanged(view(2, "n1"), true, 2000 * MS);
        // It has applied the view that excluded it, so it is taken in again; but a request sent before is still on its
        // way.
        ask(2010, member("n2", 1), 2);
        tick(2010);
        keeper.viewChanged(view(3, "n1", "n2"), false, 2010 * MS);
        assertEquals(LEASE, ask(2020, member("n2", 1), 2).orElseThrow().durationNanos());

        lead(view(3, "n1", "n2"), false, 2030);
        assertEquals(0, ask(2040, member("n2", 1), 1).orElseThrow().durationNanos(), "it may still act by view 1");
        assertEquals(LEASE, ask(2050, member("n2", 1), 3).orElseThrow().durationNanos());
    }

    @Test
    void fromTheProposalOnTheExcludedGetsNoLease() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 2000, 1, "n1");
        assertEquals(prepare(1, member("n1", 1)), tick(2000));
        assertEquals(0, ask(2010, member("n2", 1), 1).orElseThrow().durationNanos(), "the command is under way");
        assertEquals(prepare(1, member("n1", 1)), tick(2500), "so it stays with it");
        keeper.viewChanged(view(2, "n1"), false, 2510 * MS);
        assertEquals(0, ask(2520, member("n2", 1), 2).orElseThrow().durationNanos());
    }

    @Test
    void aLaterStartReplacesTheEarlierOneWhenTheLeaseIsOver() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2");
        assertEquals(0, ask(2010, member("n2", 2), 1).orElseThrow().durationNanos());
        assertEquals(0, ask(2020, member("n2", 1), 1).orElseThrow().durationNanos(), "the earlier start is gone");
        assertEquals(NOTHING, tick(2020));
        keepAlive(2250, 3000, 1, "n1");
        ask(2500, member("n2", 2), 1);
        assertEquals(NOTHING, tick(2000 + OVER - 1));
        assertEquals(prepare(1, member("n1", 1), member("n2", 2)), tick(2000 + OVER));
    }

    @Test
    void severalChangesMakeOneView() {
        lead(view(1, "n1", "n2", "n3"), true, 0);
        keepAlive(0, 1000, 1, "n1");
        assertEquals(NOTHING, tick(OVER - 1));
        ask(OVER, member("n1", 1), 1);
        ask(OVER, member("n4", 9), 1);
        assertEquals(prepare(1, member("n1", 1), member("n4", 9)), tick(OVER));
    }

    @Test
    void aMemberThatDiesBeforeItInstallsIsLeftOutByAFurtherView() {
        lead(view(1, "n1", "n2", "n3"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2", "n3");
        keeper.viewChanged(view(2, "n1", "n2", "n3", "n4"), false, 2000 * MS);
        installed("n1", 2, 2000);
        installed("n2", 2, 2000);
        keepAlive(2000, 3100, 2, "n1", "n2", "n4");
        assertEquals(prepare(2, member("n1", 1), member("n2", 1), member("n4", 1)), tick(2000 + OVER));
    }

    @Test
    void whoDiesAfterItInstalledDoesNotHoldUpTheActivation() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2");
        keeper.viewChanged(view(2, "n1", "n2", "n3"), false, 2000 * MS);
        installed("n2", 2, 2001);
        keepAlive(2000, 5000, 2, "n1");
        assertEquals(prepare(2, member("n1", 1)), tick(5000), "n3 never installed");

        lead(view(2, "n1", "n2", "n3"), false, 6000);
        ask(6000, member("n3", 1), 2);
        ask(6000, member("n2", 1), 2);
        keepAlive(6000, 8000, 2, "n1");
        assertEquals(activate(2), tick(8000), "n2 and n3 installed and died");
    }

    @Test
    void joinersWaitForTheActivation() {
        lead(view(1, "n1", "n2"), true, 0);
        keeper.viewChanged(view(2, "n1", "n2"), false, 0);
        ask(10, member("n1", 1), 2);
        ask(10, member("n2", 1), 1);
        ask(10, member("n3", 1), 2);
        assertEquals(NOTHING, tick(10));
        installed("n2", 2, 20);
        assertEquals(activate(2), tick(20));
        keeper.viewChanged(view(2, "n1", "n2"), true, 21 * MS);
        assertEquals(prepare(2, member("n1", 1), member("n2", 1), member("n3", 1)), tick(21));
    }

    @Test
    void aLivingMemberThatDoesNotInstallLosesItsLeaseAndItsPlace() {
        lead(view(1, "n1", "n2"), true, 0);
        keeper.viewChanged(view(2, "n1", "n2"), false, 0);
        installed("n1", 2, 0);
        for (int at = 0; at < 2000; at += 250) {
            ask(at, member("n1", 1), 2);
            assertEquals(LEASE, ask(at, member("n2", 1), 1).orElseThrow().durationNanos());
            assertEquals(NOTHING, tick(at));
        }
        ask(2000, member("n1", 1), 2);
        assertEquals(0, ask(2000, member("n2", 1), 1).orElseThrow().durationNanos());
        assertEquals(NOTHING, tick(1750 + OVER - 1));
        assertEquals(prepare(2, member("n1", 1)), tick(1750 + OVER));
        keeper.viewChanged(view(3, "n1"), false, 2900 * MS);
        installed("n1", 3, 2900);
        tick(2900);
        keeper.viewChanged(view(3, "n1"), true, 2900 * MS);
        ask(2910, member("n2", 1), 1);
        assertEquals(NOTHING, tick(2910), "it comes back when it has caught up");
    }

    @Test
    void anIncarnationThatTheTableLeavesOutIsNotProposedForEver() {
        lead(view(1, "n1"), true, 0);
        ask(0, member("n1", 1), 1);
        ask(0, member("n2", 3), 1);
        assertEquals(prepare(1, member("n1", 1), member("n2", 3)), tick(0));
        keeper.viewChanged(view(2, "n1"), false, MS);
        installed("n1", 2, 1);
        tick(1);
        keeper.viewChanged(view(2, "n1"), true, MS);
        ask(2, member("n2", 3), 2);
        assertEquals(NOTHING, tick(2));
        ask(3, member("n2", 4), 2);
        assertEquals(prepare(2, member("n1", 1), member("n2", 4)), tick(3));
    }

    @Test
    void aClusterOfOneHasItsViewAtOnce() {
        keeper = new ViewKeeper(LeaseOptions.DEFAULT, ids("n1"));
        lead(View.EMPTY, true, 0);
        ask(0, member("n1", 1), 0);
        assertEquals(prepare(0, member("n1", 1)), tick(0));
    }

    @Test
    void whoDoesNotBelongToTheGroupIsNotTakenIn() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 0, 1, "n1", "n2");
        LeaseGrant answer = ask(10, member("n9", 1), 1).orElseThrow();
        assertEquals(0, answer.durationNanos());
        assertEquals(Place.STRANGER, answer.place());
        assertEquals(NOTHING, tick(10));
        keeper.groupIs(ids("n1", "n2", "n9"), 15 * MS);
        assertEquals(15 * MS, keeper.deadline());
        assertEquals(Place.MEMBER, ask(20, member("n9", 1), 1).orElseThrow().place());
        assertEquals(prepare(1, member("n1", 1), member("n2", 1), member("n9", 1)), tick(20));
    }

    @Test
    void whoWasRemovedFromTheGroupLeavesTheViewWhenItsLeaseIsOverThoughItLives() {
        lead(view(1, "n1", "n2", "n3"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2", "n3");
        keeper.groupIs(ids("n1", "n2"), 2000 * MS);
        keepAlive(2050, 2000 + OVER - 2, 1, "n1", "n2");
        LeaseGrant answer = ask(2050, member("n3", 1), 1).orElseThrow();
        assertEquals(0, answer.durationNanos());
        assertEquals(Place.STRANGER, answer.place());
        ask(3000, member("n3", 1), 1);
        assertEquals(NOTHING, tick(2000 + OVER - 1), "its last lease may be valid still");
        assertEquals(prepare(1, member("n1", 1), member("n2", 1)), tick(2000 + OVER));
        keeper.viewChanged(view(2, "n1", "n2"), false, 3110 * MS);
        keepAlive(3150, 3150, 2, "n1", "n2", "n3");
        assertEquals(activate(2), tick(3150));
        keeper.viewChanged(view(2, "n1", "n2"), true, 3160 * MS);
        keepAlive(3200, 3200, 2, "n1", "n2", "n3");
        assertEquals(NOTHING, tick(3200), "and stays outside");
    }

    @Test
    void aNodeThatIsDrainedLeavesTheViewThoughItLivesAndBelongsToTheGroup() {
        lead(view(1, "n1", "n2", "n3"), true, 0);
        keepAlive(0, 2000, 1, "n1", "n2", "n3");
        keeper.drain(ids("n3"), 9000 * MS, 2000 * MS);
        LeaseGrant answer = ask(2010, member("n3", 1), 1).orElseThrow();
        assertEquals(0, answer.durationNanos());
        assertEquals(Place.LEAVING, answer.place());
        keepAlive(2050, 3050, 1, "n1", "n2", "n3");
        assertEquals(prepare(1, member("n1", 1), member("n2", 1)), tick(2000 + OVER));
    }

    @Test
    void aDrainThatNobodyKeepsUpIsOver() {
        lead(view(1, "n1", "n2"), true, 0);
        keepAlive(0, 100, 1, "n1", "n2");
        keeper.drain(ids("n2"), 300 * MS, 100 * MS);
        assertEquals(Place.LEAVING, ask(200, member("n2", 1), 1).orElseThrow().place());
        assertEquals(NOTHING, tick(200));
        assertEquals(300 * MS, keeper.deadline());
        assertEquals(NOTHING, tick(300));
        assertEquals(LEASE, ask(310, member("n2", 1), 1).orElseThrow().durationNanos());
        keeper.drain(ids("n2"), 9000 * MS, 320 * MS);
        lead(view(1, "n1", "n2"), true, 330);
        assertEquals(Place.MEMBER, ask(340, member("n2", 1), 1).orElseThrow().place(), "another leadership");
    }

    @Test
    void theLastMemberIsNeverDrained() {
        lead(view(1, "n1"), true, 0);
        keeper.drain(ids("n1"), 90_000 * MS, 0);
        for (int at = 0; at <= 5000; at += 250) {
            ask(at, member("n1", 1), 1);
            assertEquals(NOTHING, tick(at));
        }
    }

    private static List<NodeId> ids(String... names) {
        return Stream.of(names).map(NodeId::of).toList();
    }

    private void lead(View view, boolean active, int atMillis) {
        keeper.leaderStarted(view, active, atMillis * MS);
    }

    private Optional<LeaseGrant> ask(int atMillis, Member self, long installedEpoch) {
        return keeper.requested(
                self.id(), new LeaseRequest(atMillis * MS, self, installedEpoch), true, 0, atMillis * MS);
    }

    /** Requests every 50 ms, inclusive. */
    private void keepAlive(int fromMillis, int toMillis, long installedEpoch, String... ids) {
        for (int at = fromMillis; at <= toMillis; at += 50) {
            for (String id : ids) {
                ask(at, member(id, 1), installedEpoch);
            }
        }
    }

    private void installed(String id, long epoch, int atMillis) {
        keeper.installed(NodeId.of(id), epoch, atMillis * MS);
    }

    private Optional<ClusterCommand> tick(int atMillis) {
        return keeper.tick(atMillis * MS);
    }

    private static Optional<ClusterCommand> prepare(long expectedEpoch, Member... members) {
        return Optional.of(new PrepareView(expectedEpoch, List.of(members)));
    }

    private static Optional<ClusterCommand> activate(long epoch) {
        return Optional.of(new ActivateView(epoch));
    }
}
