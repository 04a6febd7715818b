package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupAck;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Refusal;
import org.junit.jupiter.api.Test;

/** Crashes, views, leases and an absent main memory, each as a script. */
class FailuresTest {
    private final Bench bench = new Bench(3);

    /** Story 39: the writer dies with dirty data; its backup is in main memory before the next view is active. */
    @Test
    void whatADeadWriterHadBackedUpIsInMemoryBeforeTheNextViewIsActive() {
        bench.own(2, "kept");
        assertEquals("", bench.stored());
        bench.crash(2);
        bench.isMemoryThere = false;
        bench.installed.clear();
        bench.prepare(2, 0, 2);
        assertFalse(bench.installed.contains(bench.n(1).id), "the holder has not stored it yet");
        assertTrue(bench.installed.contains(bench.n(3).id));
        bench.isMemoryThere = true;
        bench.remember();
        assertTrue(bench.installed.contains(bench.n(1).id));
        bench.activate(0);
        long read = bench.get(3);
        bench.settle();
        assertEquals("kept", bench.text(read));
    }

    @Test
    void aHolderTriesAgainWhenMainMemoryIsAway() {
        bench.own(2, "kept");
        bench.crash(2);
        bench.isMemoryThere = false;
        bench.installed.clear();
        bench.prepare(2, 0, 2);
        Bench.Asked first = bench.asked.remove(0);
        bench.turn(first.from(), new Replica.Failed(first.operation().operation()));
        assertFalse(bench.installed.contains(bench.n(1).id));
        bench.isMemoryThere = true;
        bench.timeOut();
        assertEquals("kept", bench.stored());
        assertTrue(bench.installed.contains(bench.n(1).id));
    }

    /** Story 19: the old owner dies after it has handed the line over, before main memory has it. */
    @Test
    void aCrashBetweenHandingOverAndStoringLosesNothing() {
        bench.own(3, "handed over");
        bench.get(2);
        bench.isMemoryThere = false;
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.lose(letter -> letter.message() instanceof SnoopResponse);
        bench.crash(3);
        bench.isMemoryThere = true;
        bench.view(2, 0, 0, 1);
        bench.settle();
        long read = bench.get(2);
        bench.settle();
        assertEquals("handed over", bench.text(read));
    }

    @Test
    void aWriterWhoseHolderDiesSavesItsValueInTheNextView() {
        bench.own(2, "mine");
        bench.crash(1);
        bench.view(2, 1, 1, 2);
        bench.settle();
        assertEquals("mine", bench.stored());
    }

    /** Story 30: the home dies with invalidations undelivered; the write is done after the change of the view. */
    @Test
    void aWriteWhoseHomeDiesIsDoneInTheNextView() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        long write = bench.put(2, "new");
        bench.crash(1);
        bench.view(2, 2, 1, 2);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(ControllerState.I, bench.state(3));
    }

    @Test
    void aBackupThatIsNotAnsweredGoesToMainMemory() {
        long write = bench.put(2, "new");
        while (!bench.way.isEmpty() && bench.way.stream().noneMatch(l -> l.message() instanceof Backup)) {
            Bench.Letter next = bench.way.remove(0);
            bench.deliver(next);
        }
        bench.lose(letter -> letter.message() instanceof Backup);
        bench.timeOut();
        bench.lose(letter -> letter.message() instanceof Backup);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", bench.stored());
    }

    @Test
    void aLoneNodeWritesThrough() {
        Bench alone = new Bench(1);
        long write = alone.put(1, "only");
        alone.settle();
        assertTrue(alone.isWritten(write));
        assertEquals("only", alone.stored());
    }

    @Test
    void writeThroughIsAnsweredWhenMainMemoryHasIt() {
        bench.get(2);
        bench.settle();
        bench.isMemoryThere = false;
        long write = bench.put(2, "new", -1, Durability.WRITE_THROUGH);
        bench.settle();
        assertNull(bench.answer(write));
        bench.isMemoryThere = true;
        bench.remember();
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", bench.stored());
        assertEquals(ControllerState.E, bench.state(2));
    }

    @Test
    void writeBackIsAnsweredAtOnceAndShownToOthersFromMainMemoryOnly() {
        bench.get(2);
        bench.settle();
        long write = bench.put(2, "fast", -1, Durability.WRITE_BACK);
        assertTrue(bench.isWritten(write));
        assertEquals("", bench.stored());
        long read = bench.get(3);
        bench.settle();
        assertEquals("fast", bench.text(read));
        assertEquals("fast", bench.stored());
    }

    /** Stories 32 and 33: the node itself stops, by the clock that every read looks at. */
    @Test
    void withoutALeaseNothingIsReadAndDirtyDataGoesHome() {
        bench.own(2, "mine");
        bench.n(2).lines.leaseUntil(0);
        assertNull(bench.n(2).lines.read(Replica.KEY, () -> 0));
        bench.turn(bench.n(2), new Replica.Lease(false));
        assertEquals(ControllerState.MI_A, bench.state(2));
        long read = bench.get(2);
        bench.settle();
        assertNull(bench.answer(read), "it waits for the lease");
        assertEquals("mine", bench.stored());
        bench.n(2).lines.leaseUntil(Replica.FAR);
        bench.turn(bench.n(2), new Replica.Lease(true));
        bench.settle();
        assertEquals("mine", bench.text(read));
    }

    /** Story 34: the lease ran out while the process stood still; the first thing it does is not to answer from its lines. */
    @Test
    void aNodeThatOverslepItsLeaseNoticesItInTheNextTurn() {
        bench.own(2, "mine");
        bench.n(2).lines.leaseUntil(bench.n(2).now);
        long read = bench.get(2);
        assertNull(bench.answer(read));
        assertEquals(ControllerState.MI_A, bench.state(2));
    }

    /** A node taken for dead comes back: what it had not got saved is refused, since others have read the key since. */
    @Test
    void aReturningNodeCannotBringBackWhatOthersHaveReadPast() {
        bench.own(2, "old");
        bench.put(2, "never backed up");
        bench.crash(2);
        bench.view(2, 0, 0, 2);
        long read = bench.get(3);
        bench.settle();
        assertEquals("old", bench.text(read));
        Replica zombie = bench.n(2);
        Replica.FixedPlacement placement = Replica.FixedPlacement.of(bench.viewOf(2, 0, 2), bench.n(1).id);
        bench.turn(zombie, new Replica.Active(bench.viewOf(2, 0, 2), placement));
        assertEquals("old", bench.stored());
        assertEquals(0, zombie.lines.size());
        assertTrue(bench.answers.values().stream().anyMatch(Refusal.OutcomeUnknown.class::isInstance));
    }

    /** The same, but nobody has read the key: then the value is as good as ever. */
    @Test
    void aReturningNodeSavesWhatNobodyHasReadPast() {
        bench.own(2, "old");
        long write = bench.put(2, "not backed up yet");
        bench.crash(2);
        bench.view(2, 0, 0, 2);
        Replica returned = bench.n(2);
        Replica.FixedPlacement placement = Replica.FixedPlacement.of(bench.viewOf(2, 0, 2), bench.n(1).id);
        bench.turn(returned, new Replica.Active(bench.viewOf(2, 0, 2), placement));
        assertEquals("not backed up yet", bench.stored());
        assertTrue(bench.isWritten(write));
    }

    @Test
    void aNodeThatSkippedAViewDropsItsLines() {
        bench.get(2);
        bench.settle();
        assertEquals(ControllerState.E, bench.state(2));
        bench.turn(bench.n(2), new Replica.Prepared(bench.viewOf(3, 0, 1, 2)));
        assertEquals(0, bench.n(2).lines.size());
    }

    @Test
    void messagesOfAnotherViewAreDropped() {
        bench.get(2);
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        Bench.Letter grant = bench.take(Grant.class, 2);
        bench.prepare(2, 0, 1, 2);
        bench.deliver(grant);
        assertEquals(ControllerState.IS_D, bench.state(2));
        bench.activate(1);
        bench.settle();
        assertEquals(ControllerState.E, bench.state(2));
    }

    @Test
    void hitsGoOnWhileAViewChanges() {
        bench.own(2, "mine");
        bench.prepare(2, 0, 1, 2);
        assertEquals("mine", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
    }

    /** A backup is let go when main memory has the value, and a lost release is asked for. */
    @Test
    void aLostReleaseIsAskedFor() {
        bench.own(2, "mine");
        bench.turn(bench.n(2), new Replica.Flushing(77));
        while (bench.way.stream().noneMatch(l -> l.message() instanceof BackupRelease)) {
            bench.deliver(bench.way.remove(0));
        }
        bench.take(BackupRelease.class, 1);
        assertTrue(bench.n(1).facts().held() > 0);
        bench.n(1).now += 3_600_000_000_000L;
        bench.timeOut();
        bench.settle();
        assertEquals(-1, bench.n(1).facts().held());
    }

    @Test
    void aLostWriteBackOfTheBackgroundIsSentAgain() {
        bench.own(2, "mine");
        bench.n(2).now += 3_600_000_000_000L;
        bench.timeOut();
        bench.take(WriteBack.class, 1);
        assertEquals("", bench.stored());
        bench.timeOut();
        bench.settle();
        assertEquals("mine", bench.stored());
        assertEquals(ControllerState.E, bench.state(2));
    }

    @Test
    void aLateAcknowledgementOfAnotherBackupCoversNothing() {
        bench.own(2, "old");
        long write = bench.put(2, "new");
        long old = bench.n(2).line().value.version() - 1;
        Bench.Letter backup = bench.take(Backup.class, 1);
        bench.turn(bench.n(2), new Replica.Deliver(bench.n(1).id, new BackupAck(1, Replica.KEY, old)));
        assertNull(bench.answer(write));
        assertEquals("old", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
        bench.deliver(backup);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
    }

    @Test
    void aFailedStoreIsAskedOfTheOwnerAgain() {
        bench.own(2, "dirty");
        long read = bench.get(3);
        bench.isMemoryThere = false;
        bench.deliver(BusRd.class, 1);
        bench.settle();
        Bench.Asked store = bench.asked.remove(0);
        bench.turn(store.from(), new Replica.Failed(store.operation().operation()));
        bench.isMemoryThere = true;
        assertNull(bench.answer(read));
        bench.timeOut();
        bench.settle();
        assertEquals("dirty", bench.text(read));
    }

    @Test
    void aDirtyLineOnItsWayOutSurvivesAChangeOfTheView() {
        bench.own(2, "dirty");
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.lose(letter -> letter.message() instanceof WriteBack);
        bench.view(2, 2, 0, 1, 2);
        bench.settle();
        assertEquals("dirty", bench.stored());
        assertEquals(ControllerState.I, bench.state(2));
    }
}
