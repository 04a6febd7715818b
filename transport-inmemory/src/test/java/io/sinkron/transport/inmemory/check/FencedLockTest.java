package io.sinkron.transport.inmemory.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.transport.inmemory.check.FencedLock.Acquire;
import io.sinkron.transport.inmemory.check.FencedLock.Done;
import io.sinkron.transport.inmemory.check.FencedLock.EndSession;
import io.sinkron.transport.inmemory.check.FencedLock.Granted;
import io.sinkron.transport.inmemory.check.FencedLock.Hold;
import io.sinkron.transport.inmemory.check.FencedLock.Input;
import io.sinkron.transport.inmemory.check.FencedLock.Look;
import io.sinkron.transport.inmemory.check.FencedLock.NotHolder;
import io.sinkron.transport.inmemory.check.FencedLock.Output;
import io.sinkron.transport.inmemory.check.FencedLock.Owner;
import io.sinkron.transport.inmemory.check.FencedLock.Release;
import io.sinkron.transport.inmemory.check.FencedLock.Seen;
import java.util.List;
import org.junit.jupiter.api.Test;

class FencedLockTest {
    private static final Owner A = new Owner("s1", "a");
    private static final Owner B = new Owner("s2", "b");

    private final History<Input, Output> history = new History<>();

    @Test
    void aReleasedLockGoesToTheNextOwnerWithAGreaterToken() {
        exclusive(A, 5);
        release(A, 5, new Done());
        exclusive(B, 8);
        expect(true);
    }

    @Test
    void twoExclusiveHoldersAreAViolation() {
        exclusive(A, 5);
        exclusive(B, 8);
        expect(false);
    }

    @Test
    void anExclusiveHolderNextToASharedOneIsAViolation() {
        shared(A, 5);
        exclusive(B, 8);
        expect(false);
    }

    @Test
    void aLookSeesWhoHoldsTheLock() {
        look();
        exclusive(A, 5);
        look(new Hold(A, true, 5, 1));
        release(A, 5, new Done());
        look();
        expect(true);
    }

    @Test
    void aLookThatMissesAGrantAnsweredBeforeIsAViolation() {
        exclusive(A, 5);
        look();
        expect(false);
    }

    @Test
    void aLookThatSeesAHoldGivenBackBeforeIsAViolation() {
        exclusive(A, 5);
        release(A, 5, new Done());
        look(new Hold(A, true, 5, 1));
        expect(false);
    }

    @Test
    void aLookAtAHoldThatNobodyWasToldOfSettlesItsToken() {
        history.info(history.invoke(new Acquire("l", A, true), 0));
        look(new Hold(A, true, 5, 1));
        look(new Hold(A, true, 6, 1));
        expect(false);
    }

    @Test
    void sharedHoldersMayStandTogetherAndShareAToken() {
        shared(A, 5);
        shared(B, 5);
        release(B, 5, new Done());
        release(A, 5, new Done());
        expect(true);
    }

    @Test
    void aTokenThatFallsIsAViolation() {
        exclusive(A, 5);
        release(A, 5, new Done());
        exclusive(B, 4);
        expect(false);
    }

    @Test
    void aTokenGivenTwiceIsAViolation() {
        exclusive(A, 5);
        release(A, 5, new Done());
        exclusive(B, 5);
        expect(false);
    }

    @Test
    void aReentrantHoldKeepsItsTokenAndNeedsAsManyReleases() {
        exclusive(A, 5);
        exclusive(A, 5);
        release(A, 5, new Done());
        expect(true);
        exclusive(B, 9);
        expect(false);
    }

    @Test
    void aLockOfAnEndedSessionIsFree() {
        exclusive(A, 5);
        history.ok(history.invoke(new EndSession("l", "s1"), 0), new Done(), 0);
        exclusive(B, 6);
        expect(true);
        release(A, 5, new Done());
        expect(false);
    }

    @Test
    void anExpiryThatMayHappenExplainsALaterGrant() {
        exclusive(A, 5);
        history.info(history.invoke(new EndSession("l", "s1"), 0));
        release(A, 5, new NotHolder());
        exclusive(B, 6);
        expect(true);
    }

    @Test
    void anUnknownAcquireExplainsAReleaseByItsOwnerOnce() {
        history.info(history.invoke(new Acquire("l", A, true), 0));
        release(A, 7, new Done());
        exclusive(B, 8);
        expect(true);
        release(A, 7, new Done());
        expect(false);
    }

    @Test
    void aRefusedReleaseOfAHeldLockIsAViolation() {
        exclusive(A, 5);
        release(A, 5, new NotHolder());
        expect(false);
    }

    @Test
    void anUpgradeGetsANewTokenAtTheSameDepth() {
        shared(A, 5);
        exclusive(A, 6);
        release(A, 6, new Done());
        exclusive(B, 7);
        expect(true);
    }

    @Test
    void anUpgradeNeedsToBeAlone() {
        shared(A, 5);
        shared(B, 6);
        exclusive(A, 7);
        expect(false);
    }

    @Test
    void anUpgradeThatKeepsItsTokenIsAViolation() {
        shared(A, 5);
        exclusive(A, 5);
        expect(false);
    }

    private void exclusive(Owner owner, long token) {
        history.ok(history.invoke(new Acquire("l", owner, true), 0), new Granted(token), 0);
    }

    private void shared(Owner owner, long token) {
        history.ok(history.invoke(new Acquire("l", owner, false), 0), new Granted(token), 0);
    }

    private void release(Owner owner, long token, Output output) {
        history.ok(history.invoke(new Release("l", owner, token), 0), output, 0);
    }

    private void look(Hold... holders) {
        history.ok(history.invoke(new Look("l"), 0), new Seen(List.of(holders)), 0);
    }

    private void expect(boolean linearizable) {
        var verdict = new Linearizability<>(new FencedLock()).check(history.operations());
        assertEquals(linearizable, verdict.isLinearizable(), verdict::toString);
    }
}
