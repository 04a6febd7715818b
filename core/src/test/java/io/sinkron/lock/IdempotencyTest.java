package io.sinkron.lock;

import static io.sinkron.lock.LockScript.E;
import static io.sinkron.lock.LockScript.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sinkron.common.CommandId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.IdempotencyMismatch;
import io.sinkron.lock.LockAnswer.LockTimeout;
import io.sinkron.lock.LockAnswer.NotHolder;
import io.sinkron.lock.LockAnswer.WaitCancelled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Idempotency keys: L15 and L37 of the checklist, and what the contract says of them. */
class IdempotencyTest {
    private final LockScript script = LockScript.withSessions("s1", "s2");

    @Test
    void l37_aRepeatedAcquireHasTheEffectAndTheAnswerOfTheFirst() {
        CommandId first = script.acquireOnce("k", 1, "s1/a", "L", E);
        CommandId again = script.acquireOnce("k", 1, "s1/a", "L", E);
        assertEquals(script.answer(first), script.answer(again));
        assertEquals(1, script.view("L").holders().get(0).holds());
    }

    @Test
    void aRepeatedAcquireIsAnsweredWithTheFirstTokenEvenAfterReleaseOrUpgrade() {
        Granted first = script.granted(script.acquireOnce("k", 1, "s1/a", "L", S));
        script.acquire("s1/a", "L", E);
        assertEquals(first, script.granted(script.acquireOnce("k", 1, "s1/a", "L", S)));
        script.close("s2");
        script.run(new LockCommand.ForceRelease("L"));
        assertEquals(first, script.granted(script.acquireOnce("k", 1, "s1/a", "L", S)));
        assertEquals(List.of(), script.holders("L"));
    }

    @Test
    void theSameKeyForAnotherRequestIsAMismatch() {
        script.acquireOnce("k", 1, "s1/a", "L", E);
        assertEquals(new IdempotencyMismatch("k"), script.answer(script.acquireOnce("k", 2, "s1/a", "M", E)));
        CommandId waits = script.acquireOnce("w", 1, "s1/b", "L", E);
        assertEquals(new IdempotencyMismatch("w"), script.answer(script.acquireOnce("w", 2, "s1/b", "M", E)));
        script.assertWaits(waits);
    }

    @Test
    void aKeyBelongsToItsSessionAndItsRoute() {
        long token = script.granted(script.acquireOnce("k", 1, "s1/a", "L", E)).token();
        script.assertWaits(script.acquireOnce("k", 2, "s2/a", "L", E));
        assertEquals(
                0,
                script.answer(script.releaseOnce("k", 3, "s1/a", "L", token), LockAnswer.Released.class)
                        .holds());
    }

    @Test
    void l15_aRepeatedReleaseReleasesOnce() {
        long token = script.hold("s1/a", "L", E);
        script.hold("s1/a", "L", E);
        CommandId first = script.releaseOnce("r", 1, "s1/a", "L", token);
        CommandId again = script.releaseOnce("r", 1, "s1/a", "L", token);
        assertEquals(script.answer(first), script.answer(again));
        assertEquals(1, script.view("L").holders().get(0).holds());
        assertEquals(new IdempotencyMismatch("r"), script.answer(script.releaseOnce("r", 2, "s1/a", "L", token)));
    }

    @Test
    void aRefusalIsNotRememberedAndMayBeTriedAgain() {
        long token = script.hold("s2/x", "L", E);
        CommandId refused = script.run(LockScript.request(
                "s1/a", "L", E, 0, LockCommand.DeadlockPolicy.REJECT, new LockCommand.Remember("k", 1)));
        script.answer(refused, LockTimeout.class);
        script.answer(script.releaseOnce("r", 1, "s1/a", "L", 99), NotHolder.class);
        script.free("s2/x", "L", token);
        long mine = script.granted(script.acquireOnce("k", 1, "s1/a", "L", E)).token();
        script.answer(script.releaseOnce("r", 1, "s1/a", "L", mine), LockAnswer.Released.class);
    }

    @Test
    void aSecondUseWhileTheFirstWaitsJoinsItAndBothAreAnsweredAlike() {
        long token = script.hold("s2/x", "L", E);
        CommandId first = script.acquireOnce("k", 1, "s1/a", "L", E);
        CommandId second = script.acquireOnce("k", 1, "s1/a", "L", E);
        assertEquals(List.of("s1/a"), script.waiters("L"));
        script.free("s2/x", "L", token);
        assertEquals(script.granted(first), script.granted(second));
        assertEquals(1, script.granted(first).holds());
    }

    @Test
    void whenTheFirstLeavesThenTheSecondKeepsWaitingInItsPlace() {
        long token = script.hold("s2/x", "L", E);
        CommandId first = script.acquireOnce("k", 1, "s1/a", "L", E);
        script.acquire("s2/y", "L", E);
        CommandId second = script.acquireOnce("k", 1, "s1/a", "L", E);
        script.cancel(first);
        assertEquals(new WaitCancelled("L"), script.answer(first));
        script.assertWaits(second);
        script.free("s2/x", "L", token);
        script.granted(second);
    }

    @Test
    void afterTheFirstHasHungUpTheKeyWaitsAnew() {
        script.hold("s2/x", "L", E);
        CommandId first = script.acquireOnce("k", 1, "s1/a", "L", E);
        CommandId other = script.acquire("s2/y", "L", E);
        script.giveBack(first);
        CommandId again = script.acquireOnce("k", 1, "s1/a", "L", E);
        assertEquals(List.of("s2/y", "s1/a"), script.waiters("L"));
        script.assertWaits(other, again);
    }

    @Test
    void aGrantThatSeveralWereAnsweredWithGoesBackWithTheLastOfThem() {
        CommandId first = script.acquireOnce("k", 1, "s1/a", "L", E);
        CommandId second = script.acquireOnce("k", 1, "s1/a", "L", E);
        script.giveBack(first);
        assertEquals(List.of("s1/a"), script.holders("L"));
        script.giveBack(second);
        assertEquals(List.of(), script.holders("L"));
    }

    @Test
    void aGrantThatWasGivenBackIsNotRemembered() {
        CommandId first = script.acquireOnce("k", 1, "s1/a", "L", E);
        script.giveBack(first);
        CommandId again = script.acquireOnce("k", 1, "s1/a", "L", E);
        assertNotEquals(script.granted(first).token(), script.granted(again).token());
        assertEquals(List.of("s1/a"), script.holders("L"));
    }

    @Test
    void aTryDoesNotJoinAWait() {
        script.hold("s2/x", "L", E);
        script.acquireOnce("k", 1, "s1/a", "L", E);
        CommandId tried = script.run(LockScript.request(
                "s1/a", "L", E, 0, LockCommand.DeadlockPolicy.REJECT, new LockCommand.Remember("k", 1)));
        script.answer(tried, LockTimeout.class);
    }

    @Test
    void theOldestAnswersAreForgottenBeyondTheLimit() {
        LockScript few = new LockScript(new LockLimits(9, 9, 9, 9, 9, 9, 2, 9, 9, 9));
        few.open("s1");
        Granted first = few.granted(few.acquireOnce("k1", 1, "s1/a", "L", E));
        few.acquireOnce("k2", 1, "s1/a", "L", E);
        assertEquals(first, few.granted(few.acquireOnce("k1", 1, "s1/a", "L", E)));
        few.acquireOnce("k3", 1, "s1/a", "L", E);
        assertEquals(4, few.granted(few.acquireOnce("k1", 1, "s1/a", "L", E)).holds());
    }
}
