package io.sinkron.lock;

import static io.sinkron.lock.LockScript.E;
import static io.sinkron.lock.LockScript.S;
import static io.sinkron.lock.LockScript.owner;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.CommandId;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.Holder;
import io.sinkron.lock.LockAnswer.LockTimeout;
import io.sinkron.lock.LockAnswer.LockViews;
import io.sinkron.lock.LockAnswer.NotHolder;
import io.sinkron.lock.LockAnswer.SessionExpired;
import io.sinkron.lock.LockAnswer.SessionHold;
import io.sinkron.lock.LockAnswer.SessionView;
import io.sinkron.lock.LockAnswer.SessionViews;
import io.sinkron.lock.LockAnswer.SessionWait;
import io.sinkron.lock.LockAnswer.TooMany;
import io.sinkron.lock.LockAnswer.Waiter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the lock table means, command by command. */
class LockTableTest {
    private final LockScript script = LockScript.withSessions("s1", "s2", "s3");

    @Test
    void aGrantAnswersWithTheLogIndexAsItsToken() {
        CommandId id = script.acquire("s1/a", "L", E);
        assertEquals(new Granted(owner("s1/a"), "L", E, script.index, 1), script.answer(id));
    }

    @Test
    void exclusiveWaitsForExclusiveAndIsGrantedInTheOrderOfAsking() {
        long token = script.hold("s1/a", "L", E);
        CommandId second = script.acquire("s2/a", "L", E);
        CommandId third = script.acquire("s3/a", "L", E);
        script.assertWaits(second, third);
        assertEquals(0, script.free("s1/a", "L", token));
        assertEquals(script.index, script.granted(second).token());
        script.assertWaits(third);
    }

    @Test
    void sharedHoldersComeInTogether() {
        script.hold("s1/a", "L", S);
        script.hold("s2/a", "L", S);
        assertEquals(List.of("s1/a", "s2/a"), script.holders("L"));
    }

    @Test
    void aReaderDoesNotPassAWaitingWriter() {
        long token = script.hold("s1/a", "L", S);
        CommandId writer = script.acquire("s2/a", "L", E);
        CommandId reader = script.acquire("s3/a", "L", S);
        script.assertWaits(writer, reader);
        script.free("s1/a", "L", token);
        long writers = script.granted(writer).token();
        script.assertWaits(reader);
        script.free("s2/a", "L", writers);
        script.granted(reader);
    }

    @Test
    void consecutiveReadersAtTheHeadAreGrantedTogether() {
        long token = script.hold("s1/a", "L", E);
        CommandId first = script.acquire("s2/a", "L", S);
        CommandId second = script.acquire("s2/b", "L", S);
        CommandId writer = script.acquire("s3/a", "L", E);
        CommandId late = script.acquire("s3/b", "L", S);
        script.free("s1/a", "L", token);
        assertEquals(script.granted(first).token(), script.granted(second).token());
        script.assertWaits(writer, late);
    }

    @Test
    void aReentrantHoldKeepsTheTokenOfItsFirstGrantAndGetsDeeper() {
        long token = script.hold("s1/a", "L", E);
        Granted again = script.granted(script.acquire("s1/a", "L", E));
        assertEquals(token, again.token());
        assertEquals(2, again.holds());
        assertEquals(1, script.free("s1/a", "L", token));
        assertEquals(List.of("s1/a"), script.holders("L"));
        assertEquals(0, script.free("s1/a", "L", token));
        assertEquals(List.of(), script.holders("L"));
    }

    @Test
    void aHoldersRequestBypassesTheQueue() {
        script.hold("s1/a", "L", S);
        script.acquire("s2/a", "L", E);
        assertEquals(2, script.granted(script.acquire("s1/a", "L", S)).holds());
    }

    @Test
    void anExclusiveHolderAskingSharedStaysExclusiveOneLevelDeeper() {
        long token = script.hold("s1/a", "L", E);
        assertEquals(new Granted(owner("s1/a"), "L", E, token, 2), script.granted(script.acquire("s1/a", "L", S)));
    }

    @Test
    void theUpgradeOfTheSoleHolderIsImmediateEvenBeforeWaiters() {
        long shared = script.hold("s1/a", "L", S);
        CommandId writer = script.acquire("s2/a", "L", E);
        Granted upgraded = script.granted(script.acquire("s1/a", "L", E));
        assertEquals(new Granted(owner("s1/a"), "L", E, script.index, 1), upgraded);
        script.answer(script.release("s1/a", "L", shared), NotHolder.class);
        script.free("s1/a", "L", upgraded.token());
        script.granted(writer);
    }

    @Test
    void anotherUpgradeGoesToTheHeadOfTheQueue() {
        script.hold("s1/a", "L", S);
        long other = script.hold("s2/a", "L", S);
        CommandId writer = script.acquire("s3/a", "L", E);
        CommandId upgrade = script.acquire("s1/a", "L", E);
        assertEquals(List.of("s1/a", "s3/a"), script.waiters("L"));
        script.free("s2/a", "L", other);
        assertEquals(script.index, script.granted(upgrade).token());
        script.assertWaits(writer);
    }

    @Test
    void aReaderDoesNotPassAWaitingUpgrade() {
        script.hold("s1/a", "L", S);
        script.hold("s2/a", "L", S);
        script.acquire("s1/a", "L", E);
        script.assertWaits(script.acquire("s3/a", "L", S));
    }

    @Test
    void whenAHoldEndsWhileItsUpgradeWaitsThenTheRequestQueuesFirstAmongTheOthers() {
        long mine = script.hold("s1/a", "L", S);
        long other = script.hold("s2/a", "L", S);
        CommandId writer = script.acquire("s3/a", "L", E);
        CommandId upgrade = script.acquire("s1/a", "L", E);
        script.free("s1/a", "L", mine);
        script.assertWaits(upgrade, writer);
        script.free("s2/a", "L", other);
        assertEquals(1, script.granted(upgrade).holds());
        script.assertWaits(writer);
    }

    @Test
    void aTryNeverWaitsAndNamesTheHolders() {
        long token = script.hold("s1/a", "L", E);
        LockTimeout busy = script.answer(script.tryAcquire("s2/a", "L", E), LockTimeout.class);
        assertEquals(new LockTimeout("L", List.of(new Holder(owner("s1/a"), E, token, 1)), 0), busy);
        assertEquals(List.of(), script.waiters("L"));
    }

    @Test
    void aTryThatWouldCloseACycleIsATimeoutNotADeadlock() {
        script.hold("s1/a", "A", E);
        script.hold("s2/a", "B", E);
        script.acquire("s1/a", "B", E);
        script.answer(script.tryAcquire("s2/a", "A", E), LockTimeout.class);
    }

    @Test
    void aTimedOutWaitSaysHowLongItWaitedAndForWhom() {
        long token = script.hold("s1/a", "L", S);
        CommandId waiter = script.acquire("s2/a", "L", E);
        script.stampMillis += 250;
        script.timeOut(waiter);
        assertEquals(new LockTimeout("L", List.of(new Holder(owner("s1/a"), S, token, 1)), 250), script.answer(waiter));
    }

    @Test
    void anOldTokenReleasesNothing() {
        long old = script.hold("s1/a", "L", E);
        script.free("s1/a", "L", old);
        long token = script.hold("s1/a", "L", E);
        script.answer(script.release("s1/a", "L", old), NotHolder.class);
        assertEquals(List.of("s1/a"), script.holders("L"));
        script.free("s1/a", "L", token);
    }

    @Test
    void anotherOwnerOfTheSameSessionReleasesNothing() {
        long token = script.hold("s1/a", "L", E);
        script.answer(script.release("s1/b", "L", token), NotHolder.class);
        script.answer(script.release("s2/a", "L", token), NotHolder.class);
        assertEquals(List.of("s1/a"), script.holders("L"));
    }

    @Test
    void anUnknownSessionIsExpiredWhereverItIsNamed() {
        assertEquals(new SessionExpired("s9"), script.answer(script.acquire("s9/a", "L", E)));
        assertEquals(new SessionExpired("s9"), script.answer(script.release("s9/a", "L", 1)));
        assertEquals(new SessionExpired("s9"), script.table().read(new LockCommand.ReadSessions("s9"), 0));
        script.close("s9");
    }

    @Test
    void forceReleaseEndsEveryHoldWhollyAndGrantsWhoeverIsNext() {
        script.hold("s1/a", "L", S);
        script.hold("s1/a", "L", S);
        script.hold("s2/a", "L", S);
        CommandId writer = script.acquire("s3/a", "L", E);
        CommandId forced = script.run(new LockCommand.ForceRelease("L"));
        assertEquals(new LockAnswer.ForceReleased("L", List.of(owner("s1/a"), owner("s2/a"))), script.answer(forced));
        script.granted(writer);
        assertEquals(
                new LockAnswer.ForceReleased("nobody's", List.of()),
                script.answer(script.run(new LockCommand.ForceRelease("nobody's"))));
    }

    @Test
    void waitingUpgradesKeepTheirOrderWhenTheirHoldsAreEndedByForce() {
        script.hold("s1/a", "L", S);
        script.hold("s2/a", "L", S);
        CommandId first = script.acquire("s1/a", "L", E);
        CommandId second = script.acquireAnyway("s2/a", "L", E);
        script.run(new LockCommand.ForceRelease("L"));
        script.granted(first);
        script.assertWaits(second);
    }

    @Test
    void whenAnOwnerAsksAgainWhileItWaitsThenBothAreGrantedTogether() {
        long token = script.hold("s1/a", "L", E);
        CommandId first = script.acquire("s2/a", "L", E);
        CommandId between = script.acquire("s3/a", "L", E);
        CommandId again = script.acquire("s2/a", "L", E);
        assertEquals(List.of("s2/a", "s3/a"), script.waiters("L"));
        script.free("s1/a", "L", token);
        assertEquals(1, script.granted(first).holds());
        assertEquals(2, script.granted(again).holds());
        script.assertWaits(between);
    }

    @Test
    void whenARequestLeavesThenItsOwnersNextInheritsThePlace() {
        script.hold("s1/a", "L", E);
        CommandId first = script.acquire("s2/a", "L", E);
        script.acquire("s3/a", "L", E);
        CommandId again = script.acquire("s2/a", "L", S);
        script.cancel(first);
        assertEquals(List.of("s2/a", "s3/a"), script.waiters("L"));
        script.assertWaits(again);
        script.close("s1");
        script.granted(again);
    }

    @Test
    void whenAReadersPlaceIsGrantedThenItsOwnersWriteRequestBecomesAnUpgrade() {
        long token = script.hold("s1/a", "L", E);
        CommandId read = script.acquire("s2/a", "L", S);
        CommandId other = script.acquire("s3/a", "L", S);
        CommandId write = script.acquire("s2/a", "L", E);
        script.free("s1/a", "L", token);
        script.granted(read);
        script.assertWaits(write);
        script.free("s3/a", "L", script.granted(other).token());
        assertEquals(E, script.granted(write).mode());
    }

    @Test
    void theLimitsAreKept() {
        LockScript small = new LockScript(new LockLimits(1, 2, 3, 2, 1, 1, 1, 1, 1, 1));
        small.open("s1");
        assertEquals(
                new TooMany("maxSessions", 1),
                small.answer(small.run(new LockCommand.OpenSession("s2", 1_000, "", LockScript.N1))));
        small.hold("s1/a", "A", S);
        small.hold("s1/a", "A", S);
        assertEquals(new TooMany("maxDepth", 2), small.answer(small.acquire("s1/a", "A", S)));
        small.hold("s1/b", "B", E);
        assertEquals(new TooMany("maxLocks", 2), small.answer(small.acquire("s1/b", "C", E)));
        small.assertWaits(small.acquire("s1/c", "A", E));
        assertEquals(new TooMany("maxWaitersPerLock", 1), small.answer(small.acquire("s1/d", "A", E)));
        assertEquals(new TooMany("maxWaits", 1), small.answer(small.acquire("s1/d", "B", E)));
        small.run(new LockCommand.ForceRelease("A"));
        small.free("s1/c", "A", small.index);
        small.hold("s1/e", "A", S);
        small.hold("s1/f", "A", S);
        assertEquals(new TooMany("maxHolds", 3), small.answer(small.acquire("s1/g", "A", S)));
    }

    @Test
    void limitsBelowOneAreRejected() {
        assertThrows(IllegalArgumentException.class, () -> new LockLimits(1, 1, 1, 1, 0, 1, 1, 1, 1, 1));
    }

    @Test
    void viewsShowHoldersAndWaitersInTheirOrder() {
        long token = script.hold("s1/a", "L", S);
        script.acquire("s2/a", "L", E);
        script.stampMillis += 30;
        script.acquire("s3/a", "L", S);
        assertEquals(
                new LockAnswer.LockView(
                        "L",
                        List.of(new Holder(owner("s1/a"), S, token, 1)),
                        List.of(new Waiter(owner("s2/a"), E, 1, 30), new Waiter(owner("s3/a"), S, 2, 0))),
                script.view("L"));
        assertEquals(new LockAnswer.LockView("free", List.of(), List.of()), script.view("free"));
    }

    @Test
    void sessionsShowTheirHoldsAndWaits() {
        long token = script.hold("s1/a", "L", S);
        script.acquire("s2/a", "L", E);
        script.acquire("s2/b", "L", S);
        SessionViews views = (SessionViews) script.table().read(new LockCommand.ReadSessions(""), 0);
        assertEquals(
                List.of("s1", "s2", "s3"),
                views.sessions().stream().map(SessionView::session).toList());
        assertEquals(
                List.of(new SessionHold("L", "a", S, token)),
                views.sessions().get(0).holds());
        assertEquals(
                List.of(new SessionWait("L", "a", E, 1), new SessionWait("L", "b", S, 2)),
                views.sessions().get(1).waits());
        SessionViews one = (SessionViews) script.table().read(new LockCommand.ReadSessions("s2"), 0);
        assertEquals(List.of(views.sessions().get(1)), one.sessions());
    }

    @Test
    void locksAreListedPageByPageInOrderOfTheBytesOfTheirNames() {
        // U+FF5E has a greater UTF-16 unit than the surrogates of U+1F512, but its UTF-8 bytes come first.
        List<String> names = List.of("a", "a/1", "a/2", "b", "é", "\uFF5E", "\uD83D\uDD12");
        for (String name : List.of("b", "\uD83D\uDD12", "a/2", "é", "a", "\uFF5E", "a/1")) {
            script.hold("s1/a", name, E);
        }
        assertEquals(
                names,
                list("", "", 100).locks().stream()
                        .map(LockAnswer.LockView::lock)
                        .toList());
        LockViews page = list("", "a", 2);
        assertEquals(
                List.of("a/1", "a/2"),
                page.locks().stream().map(LockAnswer.LockView::lock).toList());
        assertEquals("a/2", page.next());
        assertEquals("", list("a/", "", 2).next());
        assertEquals(2, list("a/", "", 2).locks().size());
    }

    private LockViews list(String prefix, String after, int limit) {
        return (LockViews) script.table().read(new LockCommand.ReadLocks(prefix, after, limit), 0);
    }

    @Test
    void leasesAreListedInOrderOfTheSessionIds() {
        LockScript other = LockScript.withSessions("b", "a");
        assertEquals(
                List.of(new SessionLease("a", 30_000, LockScript.N1), new SessionLease("b", 30_000, LockScript.N1)),
                other.table().sessions());
        assertTrue(other.table().hasSession("a"));
        assertFalse(other.table().hasSession("c"));
    }

    /** Its effects are compared in order by {@link LockScript}; here the orders of the lists differ from those of the names and makings. */
    @Test
    void aRestoredTableDoesEverythingInTheSameOrder() {
        for (String lock : List.of("A", "B", "C")) {
            script.hold("s3/x", lock, S);
        }
        for (String lock : List.of("C", "A", "B")) {
            script.hold("s1/a", lock, S);
            script.acquire("s2/w", lock, E);
        }
        script.close("s3");
        script.close("s1");
        assertEquals(List.of("s2/w"), script.holders("A"));
        script.open("s1");
        for (String lock : List.of("B", "C", "A")) {
            script.acquire("s1/b", lock, E);
        }
        script.close("s1");
    }

    @Test
    void aLockOfManyReadersFindsEachOfThem() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 12; i++) {
                script.hold("s1/r" + i, "L", S);
            }
            for (int i = 0; i < 12; i++) {
                assertEquals(
                        2, script.granted(script.acquire("s1/r" + i, "L", S)).holds());
            }
            for (int i = 11; i > 0; i--) {
                script.giveBack(script.acquire("s1/r" + i, "L", S));
                long token = script.view("L").holders().get(i).token();
                assertEquals(1, script.free("s1/r" + i, "L", token));
                assertEquals(0, script.free("s1/r" + i, "L", token));
            }
            assertEquals(1, script.granted(script.acquire("s1/r5", "L", S)).holds());
            script.close("s1");
            script.open("s1");
        }
    }

    @Test
    void openingASessionTwiceIsAnsweredAlike() {
        CommandId again = script.run(new LockCommand.OpenSession("s1", 5_000, "", LockScript.N2));
        assertEquals(new LockAnswer.SessionOpened("s1", 30_000), script.answer(again));
    }

    @Test
    void readsComeThroughTheLogAsWell() {
        script.hold("s1/a", "L", E);
        assertEquals(script.view("L"), script.answer(script.run(new LockCommand.ReadLock("L"))));
        assertThrows(IllegalArgumentException.class, () -> script.table().read(new LockCommand.CloseSession("s1"), 0));
    }

    @Test
    void whatHappensToALockIsToldToWhoeverListens() {
        long token = script.hold("s1/a", "L", E);
        script.acquire("s2/a", "L", E);
        script.free("s1/a", "L", token);
        script.expire("s2");
        assertEquals(
                List.of("granted L s1/a", "waiting L s2/a", "released L s1/a", "granted L s2/a", "expired L s2/a"),
                script.events);
    }
}
