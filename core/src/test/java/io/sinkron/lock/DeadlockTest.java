package io.sinkron.lock;

import static io.sinkron.lock.LockScript.E;
import static io.sinkron.lock.LockScript.S;
import static io.sinkron.lock.LockScript.owner;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.CommandId;
import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.Deadlock;
import io.sinkron.lock.LockAnswer.RefusedCycle;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The deadlock detector; the numbers are those of the checklist of failures elsewhere. */
class DeadlockTest {
    private final LockScript script = LockScript.withSessions("s1", "s2", "s3", "s4");

    private void assertDeadlock(CommandId id, String... owners) {
        Deadlock deadlock = script.answer(id, Deadlock.class);
        assertEquals(
                List.of(owners),
                deadlock.cycle().stream()
                        .map(step -> LockScript.name(step.owner()))
                        .toList());
    }

    @Test
    void twoOwnersThatWaitForEachOther() {
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        CommandId waits = script.acquire("s1/a", "B", E);
        CommandId refused = script.acquire("s2/b", "A", S);
        assertEquals(
                new Deadlock(
                        "A",
                        List.of(
                                new CycleStep(owner("s2/b"), "label of s2/b", "A", S, owner("s1/a"), E),
                                new CycleStep(owner("s1/a"), "label of s1/a", "B", E, owner("s2/b"), E))),
                script.answer(refused));
        script.assertWaits(waits);
    }

    @Test
    void fourOwnersInARing() {
        for (int i = 1; i <= 4; i++) {
            script.hold("s" + i + "/x", "L" + i, E);
        }
        script.acquire("s1/x", "L2", E);
        script.acquire("s2/x", "L3", E);
        script.acquire("s3/x", "L4", E);
        assertDeadlock(script.acquire("s4/x", "L1", E), "s4/x", "s1/x", "s2/x", "s3/x");
    }

    /** The example of the checklist that a graph of holders only misses for ever. */
    @Test
    void aCycleThroughAWaiterAhead() {
        script.hold("s1/a", "L", S);
        script.acquire("s2/w", "L", E);
        script.hold("s3/b", "M", E);
        script.acquire("s3/b", "L", S);
        CommandId refused = script.acquire("s1/a", "M", E);
        assertEquals(
                List.of(
                        new CycleStep(owner("s1/a"), "label of s1/a", "M", E, owner("s3/b"), E),
                        new CycleStep(owner("s3/b"), "label of s3/b", "L", S, owner("s2/w"), E),
                        new CycleStep(owner("s2/w"), "label of s2/w", "L", E, owner("s1/a"), S)),
                script.answer(refused, Deadlock.class).cycle());
    }

    @Test
    void aWriterBehindAGroupOfReadersWaitsForEachOfThem() {
        script.hold("s1/w", "L", E);
        script.acquire("s2/r1", "L", S);
        script.acquire("s2/r2", "L", S);
        script.hold("s4/x", "M", E);
        script.acquire("s4/x", "L", E);
        assertDeadlock(script.acquire("s2/r1", "M", E), "s2/r1", "s4/x");
        assertDeadlock(script.acquire("s2/r2", "M", E), "s2/r2", "s4/x");
    }

    @Test
    void anOwnerThatHoldsNothingIsWaitedForBySomebodyBehindIt() {
        script.hold("s1/h", "L", E);
        script.acquire("s2/w", "L", E);
        script.hold("s3/x", "M", E);
        script.acquire("s3/x", "L", E);
        assertDeadlock(script.acquire("s2/w", "M", E), "s2/w", "s3/x");
    }

    /** L27: a silent hang is what others do. */
    @Test
    void l27_theSecondUpgraderIsADeadlock() {
        script.hold("s1/a", "L", S);
        script.hold("s2/b", "L", S);
        CommandId first = script.acquire("s1/a", "L", E);
        assertDeadlock(script.acquire("s2/b", "L", E), "s2/b", "s1/a");
        script.assertWaits(first);
        script.close("s2");
        script.granted(first);
    }

    @Test
    void anUpgradeThatClosesACycleOverAnotherLock() {
        script.hold("s1/a", "L", S);
        script.hold("s2/b", "L", S);
        script.hold("s1/a", "M", E);
        script.acquire("s2/b", "M", E);
        assertDeadlock(script.acquire("s1/a", "L", E), "s1/a", "s2/b");
    }

    @Test
    void aReaderBehindAWaitingUpgradeWaitsForIt() {
        script.hold("s1/a", "L", S);
        script.hold("s2/b", "L", S);
        script.acquire("s1/a", "L", E);
        script.hold("s3/c", "M", E);
        script.acquire("s3/c", "L", S);
        assertDeadlock(script.acquire("s1/a", "M", E), "s1/a", "s3/c");
    }

    @Test
    void aFollowingRequestThatWouldBecomeTheSecondUpgradeIsRefusedWhenItDoes() {
        long token = script.hold("s1/h", "L", E);
        script.acquire("s2/a", "L", S);
        script.acquire("s3/b", "L", S);
        CommandId first = script.acquire("s2/a", "L", E);
        CommandId second = script.acquire("s3/b", "L", E);
        script.free("s1/h", "L", token);
        script.assertWaits(first);
        assertDeadlock(second, "s3/b", "s2/a");
    }

    @Test
    void anInheritedPlaceThatBecomesExclusiveMayCloseACycle() {
        script.hold("s1/h", "L", E);
        script.acquire("s2/r", "L", S);
        CommandId read = script.acquire("s3/x", "L", S);
        CommandId write = script.acquire("s3/x", "L", E);
        script.hold("s3/x", "M", E);
        script.assertWaits(script.acquire("s2/r", "M", E));
        script.cancel(read);
        assertDeadlock(write, "s3/x", "s2/r");
        assertEquals(List.of("s2/r"), script.waiters("L"));
    }

    /** L29. */
    @Test
    void l29_convergingWaitsAreNoCycle() {
        script.hold("s1/x", "A", E);
        script.hold("s2/x", "B", S);
        script.hold("s3/x", "B", S);
        script.assertWaits(script.acquire("s2/x", "A", E));
        script.assertWaits(script.acquire("s3/x", "A", E));
        script.assertWaits(script.acquire("s4/x", "B", E));
    }

    /** L30. */
    @Test
    void l30_aCancelledOrTimedOutWaiterLeavesNoEdge() {
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        CommandId waits = script.acquire("s1/a", "B", E);
        script.answer(script.acquire("s2/b", "A", E), Deadlock.class);
        script.cancel(waits);
        assertEquals(List.of(), script.edges());
        CommandId now = script.acquire("s2/b", "A", E);
        script.assertWaits(now);
        script.timeOut(now);
        assertEquals(List.of(), script.edges());
        script.assertWaits(script.acquire("s1/a", "B", E));
    }

    @Test
    void l30_anEndedSessionLeavesNoEdge() {
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        script.acquire("s1/a", "B", E);
        script.hold("s3/c", "C", E);
        script.acquire("s3/c", "A", E);
        script.expire("s1");
        assertEquals(List.of(), script.edges());
        script.assertWaits(script.acquire("s2/b", "C", E));
    }

    /** L31: the graph must really be fed by what production code does. */
    @Test
    void l31_waitsAreEdgesOfTheGraph() {
        script.hold("s1/a", "L", S);
        script.hold("s2/b", "L", S);
        script.acquire("s3/c", "L", E);
        script.acquire("s4/d", "L", S);
        assertEquals(List.of("s3/c->s1/a", "s3/c->s2/b", "s4/d->s3/c"), script.edges());
        script.acquire("s1/a", "L", E);
        assertEquals(List.of("s1/a->s2/b", "s3/c->s1/a", "s3/c->s2/b", "s4/d->s3/c"), script.edges());
    }

    /** L32: the graph's nodes are owners. T1 holds A; T2 of the same session waits for B held by T3; T3 waits for A. T1 runs: no deadlock. */
    @Test
    void l32_twoOwnersOfOneSessionAreNoCycle() {
        long t1 = script.hold("s1/t1", "A", E);
        script.hold("s2/t3", "B", E);
        CommandId t2 = script.acquire("s1/t2", "B", E);
        CommandId t3 = script.acquire("s2/t3", "A", E);
        script.assertWaits(t2, t3);
        script.free("s1/t1", "A", t1);
        script.granted(t3);
    }

    /** L32: and one owner is one node, in however many requests it waits. */
    @Test
    void l32_oneOwnerInTwoRequestsIsOneNode() {
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        script.hold("s3/c", "C", E);
        script.acquire("s1/a", "B", E);
        script.acquire("s1/a", "C", E);
        assertDeadlock(script.acquire("s3/c", "A", E), "s3/c", "s1/a");
        assertDeadlock(script.acquire("s2/b", "A", E), "s2/b", "s1/a");
    }

    @Test
    void ownersOfEqualNameInDifferentSessionsAreDifferent() {
        script.hold("s1/default", "A", E);
        script.hold("s2/default", "B", E);
        script.acquire("s1/default", "B", E);
        script.assertWaits(script.acquire("s3/default", "A", E));
    }

    /** L33: others call a wait list of 200 a deadlock. */
    @Test
    void l33_aHotLockWithManyWaitersThatHoldSomethingIsNoDeadlock() {
        script.hold("s1/x", "hot", E);
        for (int i = 0; i < 210; i++) {
            script.hold("s2/w" + i, "own" + i, E);
            script.assertWaits(script.acquire("s2/w" + i, "hot", i % 3 == 0 ? E : S));
        }
        script.hold("s3/y", "cold", E);
        script.assertWaits(script.acquire("s1/x", "cold", E));
    }

    @Test
    void anOwnerOfVeryManyHoldsIsSearchedAsWell() {
        for (int i = 0; i < 40; i++) {
            script.hold("s1/a", "idle" + i, E);
        }
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        script.acquire("s2/b", "A", E);
        assertDeadlock(script.acquire("s1/a", "B", E), "s1/a", "s2/b");
    }

    @Test
    void onDemandACycleIsLetInAndOnlyACancelResolvesIt() {
        long a = script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        CommandId first = script.acquire("s1/a", "B", E);
        CommandId second = script.acquireAnyway("s2/b", "A", E);
        script.assertWaits(first, second);
        script.cancel(first);
        script.free("s1/a", "A", a);
        script.granted(second);
    }

    @Test
    void aCycleElsewhereIsNoneOfTheRequesters() {
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        script.acquire("s1/a", "B", E);
        script.acquireAnyway("s2/b", "A", E);
        script.hold("s3/c", "C", E);
        script.acquire("s4/d", "C", E);
        script.assertWaits(script.acquire("s3/c", "A", E));
    }

    @Test
    void whenAPlaceInAToleratedCycleIsInheritedThenTheHeirMayRefuseIt() {
        script.hold("s1/a", "A", E);
        script.hold("s2/b", "B", E);
        script.acquire("s1/a", "B", E);
        CommandId tolerant = script.acquireAnyway("s2/b", "A", E);
        CommandId follower = script.acquire("s2/b", "A", E);
        script.assertWaits(follower);
        script.cancel(tolerant);
        assertDeadlock(follower, "s2/b", "s1/a");
    }

    @Test
    void theLastRefusedCyclesAreKeptWithTheirTime() {
        LockScript few = new LockScript(new LockLimits(9, 9, 9, 9, 9, 9, 9, 2, 9, 9));
        few.open("s1", "s2");
        few.hold("s1/a", "A", E);
        few.hold("s2/b", "B", E);
        few.acquire("s1/a", "B", E);
        for (int i = 0; i < 3; i++) {
            few.stampMillis += 10;
            few.answer(few.acquire("s2/b", "A", E), Deadlock.class);
        }
        List<RefusedCycle> kept = few.graph().deadlocks();
        assertEquals(
                List.of(1_020L, 1_030L),
                kept.stream().map(RefusedCycle::atMillis).toList());
        assertTrue(kept.stream().allMatch(refused -> refused.cycle().size() == 2));
    }
}
