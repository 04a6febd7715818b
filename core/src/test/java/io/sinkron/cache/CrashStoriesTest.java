package io.sinkron.cache;

import static io.sinkron.cache.ControllerState.I;
import static io.sinkron.cache.ControllerState.M;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheRequest.Durability;
import org.junit.jupiter.api.Test;

/** Owners, homes and holders of backups that die or come back, in each state; the names are those of docs/cache-stories.md. */
class CrashStoriesTest {
    private final Bench bench = new Bench(3);

    private String read(int node) {
        long read = bench.get(node);
        bench.settle();
        return bench.text(read);
    }

    /** FAULT-1: a write waits for a dead sharer no longer than the dead one is a member. */
    @Test
    void aWriteWaitsForADeadSharerUntilTheViewIsWithoutIt() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        bench.kill(3);
        long write = bench.put(2, "new");
        bench.settle();
        bench.timeOut();
        bench.settle();
        assertFalse(bench.isWritten(write));
        bench.view(2, 0, 0, 1);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", read(1));
    }

    /** The same of a dead node that holds nothing: it delays nobody who asks for a line that the home knows. */
    @Test
    void aDeadNodeThatHoldsNothingDelaysNoWriteToAKnownLine() {
        bench.get(2);
        bench.settle();
        bench.put(2, "known");
        bench.settle();
        bench.kill(3);
        long write = bench.put(1, "new");
        bench.settle();
        assertTrue(bench.isWritten(write));
    }

    /** OWNER-1: the owner dies with a value that one other node holds. */
    @Test
    void anOwnerThatDiesWithABackupTakesNothingAlong() {
        bench.own(2, "kept");
        bench.kill(2);
        assertEquals("", bench.stored());
        bench.view(2, 0, 0, 2);
        assertEquals("kept", read(3));
    }

    /** OWNER-2: the owner dies with what its clients wanted to be safe with it alone. */
    @Test
    void anOwnerThatDiesWithoutABackupTakesWhatWasNotWrittenBackAlong() {
        long stored = bench.put(2, "stored", -1, Durability.WRITE_THROUGH);
        bench.settle();
        assertTrue(bench.isWritten(stored));
        bench.put(2, "lost", -1, Durability.WRITE_BACK);
        bench.kill(2);
        bench.view(2, 0, 0, 2);
        assertEquals("stored", read(3));
        assertEquals("stored", read(1));
    }

    /** HOME-1: what the filter knew is lost with the home: the next one asks everybody. */
    @Test
    void aHomeThatDiesIdleLeavesNothingThatTheNextOneDoesNotFindOut() {
        bench.own(2, "mine");
        bench.kill(1);
        bench.view(2, 2, 1, 2);
        bench.settle();
        assertEquals("mine", read(3));
    }

    /** HOME-2: with snoops out and answers lost. */
    @Test
    void aHomeThatDiesWhileItSnoopsIsReplacedAndTheRequestRepeated() {
        bench.own(3, "old");
        long write = bench.put(2, "new");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 3);
        assertEquals(ControllerState.MI_A, bench.state(3));
        bench.kill(1);
        bench.view(2, 2, 1, 2);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", read(3));
    }

    /** HOME-3: with main memory's answer on its way. */
    @Test
    void aHomeThatDiesWhileItReadsMainMemoryHasGrantedNothing() {
        bench.put(3, "old", -1, Durability.WRITE_THROUGH);
        bench.settle();
        bench.turn(bench.n(3), new Replica.Evicted());
        bench.settle();
        long write = bench.put(2, "new");
        bench.isMemoryThere = false;
        bench.deliver(BusRdX.class, 1);
        bench.settle();
        assertEquals(1, bench.asked.size());
        bench.kill(1);
        bench.isMemoryThere = true;
        bench.view(2, 2, 1, 2);
        bench.remember();
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", read(3));
    }

    /** HOME-4: with the grant on its way: it comes late, and is worth nothing. */
    @Test
    void aHomeThatDiesWithItsGrantOnTheWayHasGrantedNothingEither() {
        long write = bench.put(2, "new");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        Bench.Letter grant = bench.take(Grant.class, 2);
        bench.kill(1);
        bench.prepare(2, 1, 2);
        bench.deliver(grant);
        assertFalse(bench.isWritten(write));
        bench.activate(2);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", read(3));
    }

    /** HOME-4 again: the grant arrived, its acknowledgement didn't. */
    @Test
    void anOwnerWhoseAcknowledgementDiedWithTheHomeIsFoundByTheNextOne() {
        long write = bench.put(2, "new");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        bench.deliver(Grant.class, 2);
        assertEquals(M, bench.state(2));
        bench.kill(1);
        bench.view(2, 2, 1, 2);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", read(3));
    }

    /** TWO-HOMES: the old home doesn't know of the view without it, and goes on with what was asked of it. */
    @Test
    void ofTwoHomesOnlyTheOneOfTheActiveViewGrants() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        long late = bench.put(3, "asked of the old home");
        Bench.Letter request = bench.take(CacheMessage.BusUpgr.class, 1);
        bench.n(1).lines.leaseUntil(0);
        bench.view(2, 1, 1, 2);
        bench.deliver(request);
        for (Bench.Letter letter : bench.way) {
            assertEquals(letter.from() == bench.n(1) ? 1 : 2, letter.message().epoch());
        }
        bench.settle();
        assertTrue(bench.isWritten(late));
        assertEquals(M, bench.state(3));
        assertEquals(I, bench.state(1));
        long cut = bench.get(1);
        bench.lose(letter -> letter.from() == bench.n(1));
        assertNull(bench.answer(cut));
        assertNull(bench.n(1).lines.read(Replica.KEY, () -> 0));
    }

    /** LATE-1: a write-back of a node that was taken for dead reaches the home of the next view. */
    @Test
    void aLateWriteBackOfAnExpelledNodeIsNotTakenIn() {
        bench.own(2, "old");
        bench.put(2, "newer than any backup");
        bench.lose(letter -> letter.message() instanceof Backup);
        bench.turn(bench.n(2), new Replica.Evicted());
        Bench.Letter writeBack = bench.take(WriteBack.class, 1);
        bench.view(2, 0, 0, 2);
        assertEquals("old", read(3));
        bench.deliver(writeBack);
        bench.settle();
        assertEquals("old", bench.stored());
        assertEquals("old", read(1));
    }

    /** LATE-2: the write-back was already on its way from the old home into main memory; the fence keeps it out. */
    @Test
    void aLateWriteBackThatPassedTheOldHomeIsRefusedByTheFence() {
        bench.own(2, "old");
        bench.put(2, "newer than any backup");
        bench.lose(letter -> letter.message() instanceof Backup);
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.isMemoryThere = false;
        bench.deliver(WriteBack.class, 1);
        Bench.Asked late = bench.asked.remove(0);
        bench.isMemoryThere = true;
        bench.kill(2);
        bench.view(2, 2, 0, 2);
        assertEquals("old", read(3));
        bench.asked.add(late);
        bench.remember();
        assertEquals("old", bench.stored());
        assertEquals("old", read(1));
    }

    /**
     * HANDOVER: the line is passed on while the last owner's backup is being released. A backup is its writer's own: the late release of one lets no
     * other go.
     */
    @Test
    void aLateReleaseOfTheLastOwnersBackupLeavesTheNextOwnersAlone() {
        bench.own(2, "first");
        long write = bench.put(3, "second");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 2);
        bench.deliver(SnoopResponse.class, 1);
        bench.deliver(CacheMessage.WriteBackAck.class, 2);
        Bench.Letter release = bench.take(BackupRelease.class, 1);
        bench.settle();
        assertTrue(bench.isWritten(write));
        bench.deliver(release);
        bench.kill(3);
        bench.view(2, 0, 0, 1);
        assertEquals("second", read(2));
    }

    /** HANDOVER again: both die, the old owner before its release is out and the new one after its write; the newer value stays. */
    @Test
    void aBackupThatWasOverwrittenSinceIsNotPutBack() {
        bench.own(2, "first");
        long write = bench.put(3, "second");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 2);
        bench.deliver(SnoopResponse.class, 1);
        bench.deliver(CacheMessage.WriteBackAck.class, 2);
        bench.take(BackupRelease.class, 1);
        bench.settle();
        assertTrue(bench.isWritten(write));
        bench.turn(bench.n(3), new Replica.Flushing(77));
        bench.settle();
        assertEquals("second", bench.stored());
        bench.kill(2);
        bench.view(2, 0, 0, 2);
        assertEquals("second", bench.stored());
        assertEquals("second", read(1));
    }

    /** HANDOVER within one writer: what was released is the older value; the newer one stays at its holder. */
    @Test
    void aLateReleaseOfAnOlderBackupKeepsTheNewerOne() {
        bench.own(2, "older");
        bench.turn(bench.n(2), new Replica.Flushing(77));
        bench.deliver(WriteBack.class, 1);
        bench.deliver(CacheMessage.WriteBackAck.class, 2);
        Bench.Letter release = bench.take(BackupRelease.class, 1);
        long write = bench.put(2, "newer");
        bench.settle();
        assertTrue(bench.isWritten(write));
        bench.deliver(release);
        bench.kill(2);
        bench.view(2, 0, 0, 2);
        assertEquals("newer", read(3));
    }

    /** LATE-3: two are lost at once, and with them a write; others have seen that it is. Its backup, back again, doesn't undo that. */
    @Test
    void aBackupOfALostViewIsRefusedOnceTheKeyWasRead() {
        bench.own(2, "lost with two nodes");
        bench.kill(2);
        bench.crash(1);
        bench.view(2, 2, 2);
        assertTrue(read(3).contains("NoSuchKey"));
        bench.view(3, 2, 0, 2);
        bench.settle();
        assertEquals("", bench.stored());
        assertTrue(read(1).contains("NoSuchKey"));
        assertEquals(-1, bench.n(1).facts().held(), "and is not kept");
    }

    /** The same, but nobody has read the key: then it is as good as ever. */
    @Test
    void aBackupOfALostViewIsAsGoodAsEverIfNobodyHasReadTheKey() {
        bench.own(2, "kept after all");
        bench.kill(2);
        bench.crash(1);
        bench.view(2, 2, 2);
        bench.view(3, 2, 0, 2);
        assertEquals("kept after all", read(3));
    }

    /** FAULT-4: who was taken for dead and starts anew has nothing, and nothing that is meant for its earlier start reaches it. */
    @Test
    void whoComesBackStartsEmptyAndTakesNothingMeantForItsEarlierStart() {
        bench.own(2, "kept");
        long read = bench.get(3);
        bench.deliver(BusRd.class, 1);
        Bench.Letter snoop = bench.take(Snoop.class, 2);
        bench.kill(2);
        bench.view(2, 0, 0, 2);
        bench.settle();
        assertEquals("kept", bench.text(read));
        bench.restart(2);
        assertEquals(0, bench.n(2).lines.size());
        bench.deliver(snoop);
        bench.view(3, 0, 0, 1, 2);
        bench.deliver(snoop);
        assertTrue(bench.way.isEmpty());
        assertEquals("kept", read(2));
    }

    /** A writer starts anew before it is missed: its backups are another start's, and are saved. */
    @Test
    void aWriterThatStartsAnewFindsWhatItHadBackedUp() {
        bench.own(2, "kept");
        bench.kill(2);
        bench.restart(2);
        bench.view(2, 0, 0, 1, 2);
        bench.settle();
        assertEquals("kept", bench.stored());
        assertEquals("kept", read(2));
        assertEquals(-1, bench.n(1).facts().held());
    }

    /** A backup is doubled and its copy late: the newer one that came meanwhile stays. */
    @Test
    void aLateCopyOfAnOlderBackupDoesNotTakeTheNewerOnesPlace() {
        bench.put(2, "older");
        while (bench.way.stream().noneMatch(letter -> letter.message() instanceof Backup)) {
            bench.deliver(bench.way.remove(0));
        }
        Bench.Letter late = bench.take(Backup.class, 1);
        bench.deliver(late);
        bench.settle();
        long write = bench.put(2, "newer");
        bench.settle();
        assertTrue(bench.isWritten(write));
        bench.deliver(late);
        bench.kill(2);
        bench.view(2, 0, 0, 2);
        assertEquals("newer", read(3));
    }

    /** A release is lost, and the writer has forgotten the line by the time it is asked: then nothing is needed any more. */
    @Test
    void aHolderThatAsksForALineThatIsGoneLetsItsBackupGo() {
        bench.own(2, "mine");
        bench.turn(bench.n(2), new Replica.Flushing(77));
        bench.deliver(WriteBack.class, 1);
        bench.deliver(CacheMessage.WriteBackAck.class, 2);
        bench.take(BackupRelease.class, 1);
        bench.turn(bench.n(2), new Replica.Evicted());
        assertEquals(0, bench.n(2).lines.size());
        bench.n(1).now += 3_600_000_000_000L;
        bench.timeOut();
        bench.settle();
        assertEquals(-1, bench.n(1).facts().held());
    }

    /** The holder of a backup starts anew before it is missed: its writer saves the value as soon as it hears of it. */
    @Test
    void aHolderThatStartsAnewHoldsNothingAndTheWriterSavesItsValue() {
        bench.own(2, "mine");
        bench.kill(1);
        bench.restart(1);
        bench.view(2, 1, 0, 1, 2);
        bench.settle();
        assertEquals("mine", bench.stored());
        bench.kill(2);
        bench.view(3, 0, 0, 2);
        assertEquals("mine", read(3));
    }
}
