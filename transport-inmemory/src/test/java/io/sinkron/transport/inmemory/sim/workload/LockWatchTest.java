package io.sinkron.transport.inmemory.sim.workload;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.transport.inmemory.check.FencedLock.Owner;
import io.sinkron.transport.inmemory.sim.world.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each promise of the locks is broken once, to see it noticed. */
class LockWatchTest {
    private static final long SECOND = 1_000_000_000;

    private final FakeEnvironment environment = new FakeEnvironment();
    private final LockWatch watch = new LockWatch(environment);
    private final LockSessionState first = session("s1");
    private final LockSessionState second = session("s2");

    @Test
    void twoHoldersWithLiveSessionsAreSeen() {
        grant(first, true, 5);
        broken("L1", () -> grant(second, true, 6));
    }

    @Test
    void sharedHoldersStandTogether() {
        grant(first, false, 5);
        assertDoesNotThrow(() -> grant(second, false, 6));
    }

    @Test
    void aHolderWhoseSessionLapsedIsNoHolder() {
        grant(first, true, 5);
        environment.nowNanos = 3 * SECOND;
        second.confirmed(3 * SECOND, 2_000);
        assertDoesNotThrow(() -> grant(second, true, 6));
    }

    @Test
    void aSessionThatWasSavedWhileAnotherHoldsIsSeen() {
        grant(first, true, 5);
        environment.nowNanos = 3 * SECOND;
        second.confirmed(3 * SECOND, 2_000);
        grant(second, true, 6);
        first.confirmed(2 * SECOND, 2_000);
        broken("L1", () -> watch.revalidated(first));
    }

    @Test
    void aTokenThatDoesNotGrowIsSeen() {
        var hold = grant(first, true, 5);
        watch.released(watch.releasing(hold));
        broken("L3", () -> grant(second, true, 5));
    }

    @Test
    void aReleaseThatChangedNothingIsSeenInTheHistory() {
        var hold = grant(first, true, 5);
        watch.notHolder(watch.releasing(hold));
        broken("L17", watch::check);
    }

    @Test
    void aSessionThatMayHaveEndedExplainsAReleaseOfNothing() {
        var hold = grant(first, true, 5);
        watch.mayEnd(first);
        watch.notHolder(watch.releasing(hold));
        assertDoesNotThrow(watch::check);
    }

    private static LockSessionState session(String id) {
        LockSessionState session = new LockSessionState(id);
        session.confirmed(0, 2_000);
        return session;
    }

    private LockWatch.Hold grant(LockSessionState session, boolean exclusive, long token) {
        Owner owner = new Owner(session.id(), "o");
        var asked = watch.acquiring(session, "l", owner, exclusive);
        var hold = new LockWatch.Hold(session, "l", owner, exclusive, token);
        watch.granted(asked, hold);
        return hold;
    }

    private static void broken(String rule, Executable step) {
        Violation violation = assertThrows(Violation.class, step);
        assertTrue(violation.invariant().startsWith(rule + " "), violation.getMessage());
    }
}
