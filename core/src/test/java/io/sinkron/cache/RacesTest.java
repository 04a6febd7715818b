package io.sinkron.cache;

import static io.sinkron.cache.ControllerState.E;
import static io.sinkron.cache.ControllerState.I;
import static io.sinkron.cache.ControllerState.IM_D;
import static io.sinkron.cache.ControllerState.IS_D;
import static io.sinkron.cache.ControllerState.M;
import static io.sinkron.cache.ControllerState.MI_A;
import static io.sinkron.cache.ControllerState.S;
import static io.sinkron.cache.ControllerState.SM_A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.BusUpgr;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.CacheRequest.Durability;
import org.junit.jupiter.api.Test;

/** The races in which snooping without an order goes wrong (R1 to R7 of docs/mesi.md), and what befell other caches, each as a script. */
class RacesTest {
    private final Bench bench = new Bench(3);

    /** R1: without an order each would answer "no copy" to the other, and both would have E. */
    @Test
    void twoReadMissesThatCrossEndInTwoSharedCopies() {
        long first = bench.get(2);
        long second = bench.get(3);
        bench.deliver(BusRd.class, 1);
        bench.deliver(BusRd.class, 1);
        bench.settle();
        assertEquals(S, bench.state(2));
        assertEquals(S, bench.state(3));
        assertTrue(bench.answer(first) instanceof CacheAnswer.NoSuchKey);
        assertTrue(bench.answer(second) instanceof CacheAnswer.NoSuchKey);
    }

    /** R2. */
    @Test
    void aReadMissThatCrossesAWriteMissReadsBeforeOrAfterIt() {
        long read = bench.get(2);
        long write = bench.put(3, "new");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(BusRd.class, 1);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals("new", bench.text(read));
        assertEquals(S, bench.state(2));
        assertEquals(S, bench.state(3));
    }

    /** R3. */
    @Test
    void ofTwoWriteMissesThatCrossNoneIsLost() {
        bench.put(2, "a");
        bench.put(3, "b", 0, Durability.BACKED_UP);
        bench.deliver(BusRdX.class, 1);
        bench.settle();
        long read = bench.get(1);
        bench.settle();
        assertEquals("a", bench.text(read), "the second write was conditional, and came second");
        assertTrue(bench.answer(2) instanceof CacheAnswer.VersionMismatch);
    }

    /** R4. */
    @Test
    void aReaderFindsTheValueWhoseWriteBackIsStillTravelling() {
        bench.own(2, "dirty");
        bench.turn(bench.n(2), new Replica.Evicted());
        Bench.Letter writeBack = bench.take(WriteBack.class, 1);
        long read = bench.get(3);
        bench.settle();
        assertEquals("dirty", bench.text(read));
        bench.deliver(writeBack);
        bench.settle();
        assertEquals(I, bench.state(2));
    }

    /** R5. */
    @Test
    void aNodeThatEvictsAndReadsAgainFindsItsOwnWrite() {
        bench.own(2, "mine");
        bench.turn(bench.n(2), new Replica.Evicted());
        long read = bench.get(2);
        assertEquals(MI_A, bench.state(2));
        assertNull(bench.answer(read), "it waits for the write-back");
        bench.settle();
        assertEquals("mine", bench.text(read));
        assertEquals(E, bench.state(2));
    }

    /** R6: the grant is not acknowledged, so the home begins nothing else, whatever the other wants meanwhile. */
    @Test
    void whileAGrantTravelsNobodyElseIsServed() {
        long read = bench.get(2);
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        Bench.Letter grant = bench.take(Grant.class, 2);
        long write = bench.put(3, "new");
        bench.settle();
        assertFalse(bench.isWritten(write));
        bench.deliver(grant);
        assertTrue(bench.answer(read) instanceof CacheAnswer.NoSuchKey);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(I, bench.state(2));
    }

    /** R7. */
    @Test
    void ofTwoUpgradesAtOnceTheSecondGetsTheDataAnew() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        long first = bench.put(2, "first");
        long second = bench.put(3, "second");
        assertEquals(SM_A, bench.state(2));
        assertEquals(SM_A, bench.state(3));
        bench.deliver(BusUpgr.class, 1);
        bench.deliver(Snoop.class, 3);
        assertEquals(IM_D, bench.state(3));
        bench.settle();
        assertTrue(bench.isWritten(first) && bench.isWritten(second));
        assertEquals(M, bench.state(3));
        assertEquals(I, bench.state(2));
    }

    /** Story 1: an invalidation comes while the fill is under way; what is filled in afterwards is the newer value or nothing. */
    @Test
    void anInvalidationBeforeTheFillDoesNotLeaveAnOldCopy() {
        bench.get(2);
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        Bench.Letter fill = bench.take(Grant.class, 2);
        Bench.Letter again = new Bench.Letter(fill.from(), fill.to(), fill.message());
        bench.deliver(fill);
        bench.put(3, "new");
        bench.settle();
        assertEquals(I, bench.state(2));
        bench.deliver(again);
        assertEquals(I, bench.state(2), "a second delivery of the old fill is declined");
        bench.settle();
    }

    /** Story 9: exactly one invalidation is lost, and the key is never written again. */
    @Test
    void aLostInvalidationDelaysTheWriteInsteadOfLeavingAStaleReader() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        long write = bench.put(2, "new");
        bench.deliver(BusUpgr.class, 1);
        bench.take(Snoop.class, 3);
        bench.settle();
        assertFalse(bench.isWritten(write));
        bench.timeOut();
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(I, bench.state(3));
    }

    /** Stories 20 and 22: the home's snoop and the owner's write-back of the same line pass each other. */
    @Test
    void aSnoopThatMeetsAWriteBackIsAnsweredFromTheRetainedCopy() {
        bench.own(2, "dirty");
        bench.turn(bench.n(2), new Replica.Evicted());
        long write = bench.put(3, "newer");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 2);
        assertEquals(MI_A, bench.state(2));
        bench.deliver(WriteBack.class, 1);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(I, bench.state(2));
        long read = bench.get(2);
        bench.settle();
        assertEquals("newer", bench.text(read));
    }

    /** Story 21: the write-back is lost; it is sent again from what was retained. */
    @Test
    void aLostWriteBackIsSentAgainFromTheRetainedCopy() {
        bench.own(2, "dirty");
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.take(WriteBack.class, 1);
        bench.timeOut();
        bench.settle();
        assertEquals("dirty", bench.stored());
        assertEquals(I, bench.state(2));
    }

    /** P8 as a script: the acknowledgement of an older write-back doesn't let the newer value go. */
    @Test
    void theAcknowledgementOfAnOldVersionKeepsTheNewOne() {
        bench.own(2, "old");
        bench.turn(bench.n(2), new Replica.Flushing(99));
        bench.deliver(WriteBack.class, 1);
        Bench.Letter old = bench.take(WriteBackAck.class, 2);
        bench.put(2, "new");
        bench.deliver(old);
        assertEquals(M, bench.state(2));
        bench.settle();
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.settle();
        assertEquals("new", bench.stored());
    }

    /** Story 24: two nodes increment by compare-and-set; each grant performs a write, so somebody always wins. */
    @Test
    void contendedReadModifyWriteMakesProgress() {
        int sum = 0;
        for (int round = 0; round < 20; round++) {
            long[] writes = new long[3];
            for (int node = 1; node <= 3; node++) {
                long read = bench.get(node);
                bench.settle();
                long version = bench.answer(read) instanceof CacheAnswer.Value value ? value.version() : 0;
                writes[node - 1] = bench.put(node, "r" + round, version, Durability.BACKED_UP);
            }
            bench.settle();
            for (long write : writes) {
                sum += bench.isWritten(write) ? 1 : 0;
            }
        }
        assertTrue(sum >= 20, "only " + sum + " writes won in 20 rounds");
    }

    /** Story 26: when the acknowledgement is out, the line can be snooped. */
    @Test
    void aSnoopRightAfterTheGrantFindsTheWrittenValue() {
        long write = bench.put(2, "new");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        bench.deliver(Grant.class, 2);
        long read = bench.get(3);
        bench.deliver(GrantAck.class, 1);
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 2);
        bench.deliver(SnoopResponse.class, 1);
        bench.deliver(Grant.class, 3);
        assertEquals("new", bench.text(read));
        bench.settle();
        assertTrue(bench.isWritten(write));
    }

    /** Story 31: the last two answers are doubled; the transaction ends once. */
    @Test
    void doubledAnswersEndATransactionOnce() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        long write = bench.put(1, "new");
        Bench.Letter toSecond = bench.take(Snoop.class, 2);
        Bench.Letter toThird = bench.take(Snoop.class, 3);
        bench.deliver(toSecond);
        bench.deliver(toSecond);
        bench.deliver(toThird);
        bench.deliver(toThird);
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(M, bench.state(1));
    }

    /** Stories 36 and 37: a late duplicate of a write-back comes after the delete. */
    @Test
    void aDeletedKeyDoesNotComeBackWithALateWriteBack() {
        bench.own(2, "dirty");
        bench.turn(bench.n(2), new Replica.Evicted());
        Bench.Letter writeBack = bench.take(WriteBack.class, 1);
        bench.deliver(writeBack);
        bench.settle();
        long delete = bench.delete(3);
        bench.settle();
        assertEquals(new CacheAnswer.Deleted(Replica.KEY, true), bench.answer(delete));
        bench.turn(bench.n(3), new Replica.Evicted());
        bench.settle();
        bench.deliver(writeBack);
        bench.settle();
        long read = bench.get(2);
        bench.settle();
        assertTrue(bench.answer(read) instanceof CacheAnswer.NoSuchKey);
    }

    /** Story 14: the next read of the same node, as soon as the put has been answered. */
    @Test
    void aNodeReadsItsOwnWriteWithoutANetwork() {
        bench.own(2, "mine");
        assertEquals("mine", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
    }

    /** Until the backup is acknowledged, neither this node's readers nor others' see the value as if it were safe. */
    @Test
    void anUnsafeValueIsNotShownAndAnotherReaderWaitsForMainMemory() {
        bench.own(2, "old");
        bench.put(2, "new");
        assertEquals("old", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
        bench.lose(letter -> true);
        long read = bench.get(3);
        bench.deliver(BusRd.class, 1);
        bench.isMemoryThere = false;
        bench.deliver(Snoop.class, 2);
        assertNull(bench.n(2).lines.read(Replica.KEY, () -> 0), "others are about to see the new one");
        bench.settle();
        assertNull(bench.answer(read));
        bench.isMemoryThere = true;
        bench.remember();
        bench.settle();
        assertEquals("new", bench.text(read));
        assertEquals("new", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
    }

    /** Every state that a call can wait in is left when the call is cancelled. */
    @Test
    void aCancelledMissLeavesNothingBehind() {
        long read = bench.get(2);
        assertEquals(IS_D, bench.state(2));
        bench.turn(bench.n(2), new Replica.Cancelled(read));
        assertEquals(I, bench.state(2));
        bench.settle();
        assertEquals(0, bench.n(2).lines.size());
        assertTrue(bench.n(1).facts().isQuiet());
    }
}
