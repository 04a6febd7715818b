package io.sinkron.cache;

import static io.sinkron.cache.ControllerState.E;
import static io.sinkron.cache.ControllerState.I;
import static io.sinkron.cache.ControllerState.IM_D;
import static io.sinkron.cache.ControllerState.IS_D;
import static io.sinkron.cache.ControllerState.M;
import static io.sinkron.cache.ControllerState.S;
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
import io.sinkron.common.Bytes;
import org.junit.jupiter.api.Test;

/** Fills and invalidations that meet, as they went wrong in other caches; the numbers are those of docs/cache-stories.md. */
class FillStoriesTest {
    private static final Bytes OTHER = Bytes.utf8("l");

    private final Bench bench = new Bench(3);

    private void share() {
        bench.get(2);
        bench.get(3);
        bench.settle();
        assertEquals(S, bench.state(2));
        assertEquals(S, bench.state(3));
    }

    /** P2. */
    @Test
    void aWriteIsGrantedAfterTheLastAnswerAndNotBefore() {
        share();
        long write = bench.put(1, "new");
        bench.deliver(Snoop.class, 2);
        bench.deliver(SnoopResponse.class, 1);
        assertEquals(IM_D, bench.state(1), "one of two has answered");
        assertFalse(bench.isWritten(write));
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(I, bench.state(3));
    }

    /** P5: the snoop's answer is lost, and so is nothing. */
    @Test
    void whatASnoopTookAwayStaysUntilMainMemoryHasIt() {
        bench.own(2, "dirty");
        long write = bench.put(3, "newer");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(Snoop.class, 2);
        assertEquals(ControllerState.MI_A, bench.state(2));
        bench.lose(letter -> letter.message() instanceof SnoopResponse);
        bench.prepare(2, 0, 1, 2);
        assertEquals(ControllerState.MI_A, bench.state(2), "a change of the view doesn't let it go either");
        bench.activate(2);
        bench.settle();
        bench.timeOut();
        bench.settle();
        assertTrue(bench.isWritten(write));
        assertEquals(I, bench.state(2));
    }

    /** Story 2: two ways of different length. The snoop of a later transaction can't overtake the fill: there is none before the fill is acknowledged. */
    @Test
    void noSnoopIsSentBeforeTheFillBeforeItIsAcknowledged() {
        bench.get(2);
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        bench.put(3, "new");
        bench.deliver(BusRdX.class, 1);
        assertTrue(bench.way.stream().noneMatch(letter -> letter.message() instanceof Snoop));
        bench.deliver(Grant.class, 2);
        assertTrue(bench.way.stream().noneMatch(letter -> letter.message() instanceof Snoop));
        bench.deliver(GrantAck.class, 1);
        bench.deliver(Snoop.class, 2);
        assertEquals(I, bench.state(2));
    }

    /** Story 3: while a request is in flight its line exists, and can't be evicted. */
    @Test
    void aLineThatIsAskedForKeepsItsPlace() {
        bench.put(2, "mine");
        bench.turn(bench.n(2), new Replica.Evicted());
        assertEquals(IM_D, bench.state(2));
        Bench.Letter request = bench.take(BusRdX.class, 1);
        bench.put(3, "newer");
        bench.settle();
        bench.deliver(request);
        bench.settle();
        long read = bench.get(3);
        bench.settle();
        assertEquals("mine", bench.text(read), "its write came second");
        assertEquals(S, bench.state(2));
    }

    /** Story 4: the invalidation of an earlier transaction comes when the line has been filled anew. */
    @Test
    void aLateInvalidationOfAnEarlierTransactionTakesNothingAndIsNotAnswered() {
        share();
        bench.put(2, "new");
        bench.deliver(BusUpgr.class, 1);
        Bench.Letter invalidation = bench.take(Snoop.class, 3);
        bench.deliver(invalidation);
        bench.settle();
        long read = bench.get(3);
        bench.settle();
        assertEquals("new", bench.text(read));
        bench.deliver(invalidation);
        assertEquals(S, bench.state(3));
        assertTrue(bench.way.isEmpty());
    }

    /** Story 6: a reader that was slow, and gave up, gets its value when others have written since. */
    @Test
    void whatASlowReaderIsGrantedTooLateIsDeclined() {
        long slow = bench.get(2);
        bench.isMemoryThere = false;
        bench.deliver(BusRd.class, 1);
        bench.deliver(Snoop.class, 3);
        bench.deliver(SnoopResponse.class, 1);
        bench.turn(bench.n(2), new Replica.Cancelled(slow));
        assertEquals(I, bench.state(2));
        bench.isMemoryThere = true;
        bench.remember();
        Bench.Letter late = bench.take(Grant.class, 2);
        bench.deliver(late);
        assertEquals(I, bench.state(2), "nobody waits for it any more");
        long write = bench.put(3, "new");
        bench.settle();
        assertTrue(bench.isWritten(write));
        long read = bench.get(2);
        assertEquals(IS_D, bench.state(2));
        bench.deliver(late);
        assertNull(bench.answer(read), "it answers another request");
        bench.settle();
        assertEquals("new", bench.text(read));
    }

    /** Story 8: a copy out of main memory is a copy like any other. */
    @Test
    void aCopyThatWasFilledFromMainMemoryIsInvalidatedByTheNextWrite() {
        bench.own(3, "stored");
        bench.turn(bench.n(3), new Replica.Evicted());
        bench.settle();
        long read = bench.get(2);
        bench.settle();
        assertEquals("stored", bench.text(read));
        assertEquals(E, bench.state(2));
        bench.put(3, "newer");
        bench.settle();
        assertEquals(I, bench.state(2));
    }

    /** Story 10: whatever is sent last arrives first. */
    @Test
    void messagesInReverseOrderDoNoHarm() {
        for (int round = 1; round <= 20; round++) {
            long first = bench.put(1 + round % 3, "a" + round);
            bench.get(1 + (round + 1) % 3);
            long second = bench.put(1 + (round + 2) % 3, "b" + round);
            bench.settleBackwards();
            bench.timeOut();
            bench.settleBackwards();
            assertTrue(bench.isWritten(first) && bench.isWritten(second), "round " + round);
            long[] reads = {bench.get(1), bench.get(2), bench.get(3)};
            bench.settleBackwards();
            assertEquals(bench.text(reads[0]), bench.text(reads[1]));
            assertEquals(bench.text(reads[0]), bench.text(reads[2]));
        }
    }

    /** Story 12: a node that was away takes nothing for granted. */
    @Test
    void whoMissedAViewHasForgottenAllItsCopies() {
        share();
        bench.turn(bench.n(3), new Replica.Prepared(bench.viewOf(3, 0, 1, 2)));
        assertEquals(I, bench.state(3));
        assertEquals(0, bench.n(3).lines.size());
    }

    /** Story 13: all come back at once for the same line; main memory is read twice at most, however many they are. */
    @Test
    void manyMissesAtOnceReadMainMemoryTwiceAtMost() {
        Bench many = new Bench(8);
        many.isMemoryThere = false;
        for (int node = 1; node <= 8; node++) {
            many.get(node);
        }
        int fetches = 0;
        while (!many.way.isEmpty() || !many.asked.isEmpty()) {
            many.settle();
            fetches += many.asked.size();
            many.remember();
        }
        assertEquals(8, many.answers.size());
        assertTrue(fetches <= 2, fetches + " reads of main memory");
    }

    /** Story 18: a write is answered when every old copy is gone; so whoever sees a later write of the same writer sees this one. */
    @Test
    void whoReadsTheLaterOfTwoWritesCannotReadTheValueBeforeTheEarlier() {
        share();
        long earlier = bench.put(2, "x2");
        bench.deliver(BusUpgr.class, 1);
        Bench.Letter invalidation = bench.take(Snoop.class, 3);
        bench.settle();
        assertFalse(bench.isWritten(earlier), "the reader has its old copy still");
        bench.deliver(invalidation);
        bench.settle();
        assertTrue(bench.isWritten(earlier));
        long later = bench.put(2, OTHER, "y2");
        bench.settle();
        assertTrue(bench.isWritten(later));
        long readLater = bench.call(3, new CacheRequest.Get(OTHER));
        bench.settle();
        assertEquals("y2", bench.text(readLater));
        assertNull(bench.n(3).lines.read(Replica.KEY, () -> 0));
    }

    /** Story 25: two lines leave, one of its own accord and one because it is asked for, through the same node at the same time. */
    @Test
    void anEvictionAndASnoopDoNotWaitForEachOther() {
        bench.own(2, "dirty");
        long other = bench.put(2, OTHER, "dirty too");
        bench.settle();
        assertTrue(bench.isWritten(other));
        bench.turn(bench.n(2), new Replica.Evicted());
        long first = bench.put(3, "new");
        long second = bench.put(1, OTHER, "new too");
        bench.settleBackwards();
        bench.timeOut();
        bench.settleBackwards();
        assertTrue(bench.isWritten(first) && bench.isWritten(second));
        assertEquals(I, bench.state(2));
        assertEquals(M, bench.state(1, OTHER));
    }

    /** Story 28: the invalidations are part of the write, not something that follows it. */
    @Test
    void whenAWriteIsAnsweredNoOldCopyIsLeft() {
        share();
        long write = bench.put(2, "new");
        while (!bench.isWritten(write)) {
            assertTrue(!bench.way.isEmpty());
            bench.deliver(bench.way.remove(bench.way.size() - 1));
        }
        assertEquals(I, bench.state(3));
        assertNull(bench.n(3).lines.read(Replica.KEY, () -> 0));
    }
}
