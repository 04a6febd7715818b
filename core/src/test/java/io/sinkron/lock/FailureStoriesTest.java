package io.sinkron.lock;

import static io.sinkron.lock.LockScript.E;
import static io.sinkron.lock.LockScript.N1;
import static io.sinkron.lock.LockScript.N2;
import static io.sinkron.lock.LockScript.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.CommandId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.LockTimeout;
import io.sinkron.lock.LockAnswer.SessionExpired;
import io.sinkron.lock.LockAnswer.WaitCancelled;
import io.sinkron.lock.LockCommand.ExpireSession;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What went wrong in other lock services, as far as the pure table answers for it; the numbers are those of the checklist. Deadlocks are in
 * {@link DeadlockTest}, idempotency in {@link IdempotencyTest}, time in {@link SessionKeeperTest}.
 */
class FailureStoriesTest {
    private final LockScript script = LockScript.withSessions("s1", "s2", "s3");

    @Test
    void l01_aHolderThatWokeUpTooLateHasASmallerTokenAndReleasesNothing() {
        long old = script.hold("s1/a", "L", E);
        CommandId next = script.acquire("s2/a", "L", E);
        script.expire("s1");
        long token = script.granted(next).token();
        assertTrue(token > old);
        assertEquals(new SessionExpired("s1"), script.answer(script.release("s1/a", "L", old)));
        assertEquals(List.of("s2/a"), script.holders("L"));
    }

    @Test
    void l02_aWaiterWhoseSessionEndedIsNeverToldThatItIsGranted() {
        long token = script.hold("s1/a", "L", E);
        CommandId first = script.acquire("s2/a", "L", E);
        CommandId second = script.acquire("s2/a", "L", S);
        script.expire("s2");
        script.free("s1/a", "L", token);
        assertEquals(new SessionExpired("s2"), script.answer(first));
        assertEquals(new SessionExpired("s2"), script.answer(second));
        assertEquals(List.of(), script.holders("L"));
    }

    @Test
    void l02_aSessionThatHoldsAndWaitsForTheSameLockIsNotGrantedByItsOwnEnd() {
        script.hold("s1/a", "L", E);
        CommandId own = script.acquire("s1/b", "L", E);
        CommandId other = script.acquire("s2/a", "L", E);
        script.close("s1");
        assertEquals(new SessionExpired("s1"), script.answer(own));
        script.granted(other);
    }

    @Test
    void l02_aSessionWhoseWriterLeavesLetsNotItsOwnReaderIn() {
        script.hold("s2/a", "L", S);
        script.acquire("s1/w", "L", E);
        CommandId reader = script.acquire("s1/r", "L", S);
        script.close("s1");
        assertEquals(new SessionExpired("s1"), script.answer(reader));
        assertEquals(List.of("s2/a"), script.holders("L"));
    }

    @Test
    void l03_theEndOfAWaiterIsNoReleaseByTheHolder() {
        script.hold("s1/a", "L", E);
        script.acquire("s2/a", "L", S);
        CommandId third = script.acquire("s3/a", "L", E);
        script.expire("s2");
        script.assertWaits(third);
        assertEquals(List.of("s1/a"), script.holders("L"));
    }

    @Test
    void l05_aCancelledAcquireIsToldSoAndHoldsNothing() {
        long token = script.hold("s1/a", "L", E);
        CommandId cancelled = script.acquire("s2/a", "L", E);
        script.cancel(cancelled);
        assertEquals(new WaitCancelled("L"), script.answer(cancelled));
        script.free("s1/a", "L", token);
        assertEquals(List.of(), script.holders("L"));
        script.answer(script.release("s2/a", "L", token), LockAnswer.NotHolder.class);
    }

    @Test
    void aCancelledWaiterLetsThoseThroughThatItStoodBefore() {
        script.hold("s1/a", "L", S);
        CommandId writer = script.acquire("s2/a", "L", E);
        CommandId reader = script.acquire("s3/a", "L", S);
        script.cancel(writer);
        script.granted(reader);
    }

    @Test
    void l06_anExpiryThatADeposedLeaderProposedEndsNothing() {
        script.hold("s1/a", "L", E);
        script.term = 7;
        script.run(new ExpireSession("s1", 6));
        assertTrue(script.table().hasSession("s1"));
        assertEquals(List.of("s1/a"), script.holders("L"));
        script.run(new ExpireSession("s1", 7));
        assertFalse(script.table().hasSession("s1"));
        script.run(new ExpireSession("s1", 7));
    }

    @Test
    void l13_aGrantThatNobodyTakesIsGivenBack() {
        CommandId lost = script.acquire("s1/a", "L", E);
        CommandId next = script.acquire("s2/a", "L", E);
        script.giveBack(lost);
        script.granted(next);
        assertEquals(List.of("s2/a"), script.holders("L"));
        script.giveBack(lost);
        assertEquals(List.of("s2/a"), script.holders("L"));
    }

    @Test
    void l13_onlyTheLevelThatNobodyTookIsGivenBack() {
        long token = script.hold("s1/a", "L", E);
        CommandId lost = script.acquire("s1/a", "L", E);
        script.giveBack(lost);
        assertEquals(0, script.free("s1/a", "L", token));
    }

    @Test
    void l13_givingBackAnUpgradeLeavesTheSharedHoldWithTheTokenItsOwnerKnows() {
        long token = script.hold("s1/a", "L", S);
        CommandId reader = script.acquire("s2/a", "L", S);
        script.free("s2/a", "L", script.granted(reader).token());
        CommandId lost = script.acquire("s1/a", "L", E);
        CommandId waits = script.acquire("s2/a", "L", S);
        script.giveBack(lost);
        script.granted(waits);
        assertEquals(0, script.free("s1/a", "L", token));
    }

    @Test
    void l13_whenAnUpgradeWasBuiltOnALostGrantThenTheUpgradeStays() {
        CommandId lost = script.acquire("s1/a", "L", S);
        Granted upgraded = script.granted(script.acquire("s1/a", "L", E));
        script.giveBack(lost);
        assertEquals(List.of("s1/a"), script.holders("L"));
        assertEquals(0, script.free("s1/a", "L", upgraded.token()));
    }

    @Test
    void l13_aCancelThatComesAfterTheGrantLeavesItUnlessAskedToGiveItBack() {
        CommandId taken = script.acquire("s1/a", "L", E);
        script.cancel(taken);
        assertEquals(List.of("s1/a"), script.holders("L"));
    }

    @Test
    void l13_aGrantIsRememberedForGivingBackAlsoBehindManyLevels() {
        CommandId lost = script.acquire("s1/a", "L", E);
        long token = script.granted(lost).token();
        for (int i = 0; i < 5; i++) {
            script.acquire("s1/a", "L", E);
            script.free("s1/a", "L", token);
        }
        script.giveBack(lost);
        assertEquals(List.of(), script.holders("L"));
    }

    @Test
    void l14_aWaitThatItsCallerLeftLeavesNoOrphan() {
        long token = script.hold("s1/a", "L", E);
        CommandId interrupted = script.acquire("s2/a", "L", E);
        script.giveBack(interrupted);
        assertEquals(List.of(), script.waiters("L"));
        script.free("s1/a", "L", token);
        assertEquals(0, script.table().lockCount());
        assertEquals(0, script.table().waitCount());
    }

    @Test
    void l19_whenAHoldersSessionEndsThenTheNextWaiterIsGrantedAtOnce() {
        script.hold("s1/a", "L", E);
        CommandId next = script.acquire("s2/a", "L", E);
        script.expire("s1");
        assertEquals(script.index, script.granted(next).token());
    }

    @Test
    void l20_deadWaitersAreSkippedInTheVeryCommandThatEndsThem() {
        long token = script.hold("s1/a", "L", E);
        for (int i = 0; i < 5; i++) {
            script.acquire("s2/dead" + i, "L", E);
        }
        CommandId alive = script.acquire("s3/a", "L", E);
        script.expire("s2");
        assertEquals(List.of("s3/a"), script.waiters("L"));
        script.free("s1/a", "L", token);
        script.granted(alive);
    }

    @Test
    void l24_theWaitsOfADeadNodeEndOnceAndNewerOnesStay() {
        script.hold("s1/a", "L", E);
        script.from(N2, 3);
        CommandId old = script.acquire("s2/a", "L", E);
        script.from(N2, 4);
        CommandId newer = script.acquire("s2/b", "L", E);
        script.from(N1, 1);
        CommandId other = script.acquire("s3/a", "L", E);
        script.endWaitsOf(N2, 4);
        assertEquals(new WaitCancelled("L"), script.answer(old));
        script.assertWaits(newer, other);
        script.endWaitsOf(N2, 4);
        assertEquals(List.of("s2/b", "s3/a"), script.waiters("L"));
    }

    @Test
    void l24_whenTheWaitsOfADeadNodeEndThenThoseBehindThemAreGranted() {
        script.hold("s1/a", "L", S);
        script.from(N2, 1);
        script.acquire("s2/a", "L", E);
        script.acquire("s2/b", "L", E);
        script.from(N1, 1);
        CommandId reader = script.acquire("s3/a", "L", S);
        script.endWaitsOf(N2, 2);
        script.granted(reader);
    }

    @Test
    void l35_aJumpOfTheClusterClockEndsNothing() {
        script.hold("s1/a", "L", E);
        CommandId waits = script.acquire("s2/a", "L", E);
        script.stampMillis += 3_600_000;
        script.run(new LockCommand.ReadGraph());
        script.assertWaits(waits);
        assertTrue(script.table().hasSession("s1"));
    }

    @Test
    void l36_tokensGrowOverReleasesRemadeNamesAndRestores() {
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            long token = script.hold("s1/a", "L", E);
            tokens.add(token);
            script.free("s1/a", "L", token);
            assertEquals(0, script.table().lockCount(), "a free lock leaves nothing behind, not even its last token");
        }
        assertEquals(tokens.stream().sorted().distinct().toList(), tokens);
    }

    @Test
    void l38_namesUsedOnceLeaveNothing() {
        LockTable.Snapshot before = script.table().snapshot();
        for (int i = 0; i < 500; i++) {
            script.free("s1/owner" + i, "name" + i, script.hold("s1/owner" + i, "name" + i, i % 2 == 0 ? E : S));
        }
        assertEquals(before.sessions(), script.table().snapshot().sessions());
        assertEquals(before.locks(), script.table().snapshot().locks());
    }

    @Test
    void l38_aHoldThatIsDeepenedAndReleasedForEverDoesNotGrow() {
        long token = script.hold("s1/a", "L", E);
        for (int i = 0; i < 100; i++) {
            script.hold("s1/a", "L", E);
            script.free("s1/a", "L", token);
        }
        LockImages.HoldImage hold =
                script.table().snapshot().locks().get(0).holders().get(0);
        assertTrue(hold.levels().size() < 20, () -> hold.levels().size() + " grants are remembered");
    }

    @Test
    void aTimeoutThatMeetsAGrantGivesItBackWhenToldTo() {
        long token = script.hold("s1/a", "L", E);
        CommandId late = script.acquire("s2/a", "L", E);
        script.free("s1/a", "L", token);
        script.granted(late);
        script.timeOut(late);
        assertEquals(List.of(), script.holders("L"));
    }

    @Test
    void aTimeoutNamesAtMostAsManyHoldersAsTheLimitSays() {
        LockScript few = new LockScript(new LockLimits(9, 9, 99, 9, 9, 9, 9, 9, 2, 9));
        few.open("s1", "s2");
        for (int i = 0; i < 20; i++) {
            few.hold("s1/r" + i, "L", S);
        }
        LockTimeout busy = few.answer(few.tryAcquire("s2/w", "L", E), LockTimeout.class);
        assertEquals(2, busy.holders().size());
    }
}
