package io.sinkron.cache;

import static io.sinkron.cache.ControllerState.I;
import static io.sinkron.cache.ControllerState.M;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Time, room, and what is left behind; the numbers are those of docs/cache-stories.md. */
class RoomStoriesTest {
    private static final long DAY_MILLIS = 86_400_000;

    private final Bench bench = new Bench(3);

    private long putFor(int node, String value, long ttlMillis) {
        return bench.call(
                node, new Put(Replica.KEY, Bytes.utf8(value), -1, ttlMillis, Durability.BACKED_UP, Optional.empty()));
    }

    /** INV-6: when all has come to rest and left, no node has anything of the line but what main memory and the filter keep. */
    @Test
    void whatComesAndGoesLeavesNothingBehind() {
        for (int round = 0; round < 10; round++) {
            bench.put(2, "a" + round);
            bench.put(3, "b" + round);
            bench.get(1);
            bench.settle();
        }
        for (Replica replica : bench.replicas) {
            bench.turn(replica, new Replica.Evicted());
            bench.settle();
        }
        for (Replica replica : bench.replicas) {
            assertEquals(0, replica.lines.size());
            assertEquals(-1, replica.facts().held(), "a backup is left");
            assertTrue(replica.facts().isQuiet());
        }
    }

    /** FAULT-17: a node that takes no more calls goes on answering the others. */
    @Test
    void aNodeFullOfWaitingCallsStillAnswersSnoopsAndStores() {
        bench.own(2, "dirty");
        bench.isMemoryThere = false;
        for (int i = 0; i < 200; i++) {
            bench.call(2, new CacheRequest.Get(Bytes.utf8("other")));
        }
        assertTrue(bench.answers.values().stream().anyMatch(Refusal.Overloaded.class::isInstance));
        bench.isMemoryThere = true;
        bench.lose(letter -> letter.from() == bench.n(2));
        long read = bench.get(3);
        bench.settle();
        assertEquals("dirty", bench.text(read));
    }

    /** Story 38: reads are no reason to live longer. */
    @Test
    void readsDoNotProlongAValuesLife() {
        long write = putFor(2, "short", 1_000);
        bench.settle();
        assertTrue(bench.isWritten(write));
        for (int millis = 0; millis < 1_000; millis += 100) {
            long at = millis * 1_000_000L;
            assertEquals(
                    "short",
                    bench.n(2).lines.read(Replica.KEY, () -> at).value().asUtf8());
        }
        assertNull(bench.n(2).lines.read(Replica.KEY, () -> 1_000_000_000L));
        bench.n(2).now = 1_000_000_000L;
        long read = bench.get(2);
        assertInstanceOf(CacheAnswer.NoSuchKey.class, bench.answer(read));
    }

    /** GAP-3: a value that is over at one node isn't given back to it by another whose clock is behind; a write follows on the expired one. */
    @Test
    void aWriteOverAnExpiredValueFollowsOnItsVersion() {
        long first = putFor(2, "short", 1_000);
        bench.settle();
        bench.n(3).now = 2_000_000_000L;
        long read = bench.get(3);
        bench.settle();
        assertInstanceOf(CacheAnswer.NoSuchKey.class, bench.answer(read));
        long second = bench.put(3, "again", 0, Durability.BACKED_UP);
        bench.settle();
        assertTrue(bench.isWritten(second), "to who writes only if it is absent, an expired value is");
        long before = ((CacheAnswer.Written) bench.answer(first)).version();
        assertTrue(((CacheAnswer.Written) bench.answer(second)).version() > before);
        long last = bench.get(2);
        bench.settle();
        assertEquals("again", bench.text(last));
    }

    /** Story 45: a clock a day ahead makes its own node miss what has a time to live, and nobody else. */
    @Test
    void aNodeWhoseClockIsFarAheadMissesByItselfAlone() {
        long shortLived = putFor(2, "an hour", 3_600_000);
        long forEver = bench.put(2, Bytes.utf8("for ever"), "stays");
        bench.settle();
        assertTrue(bench.isWritten(shortLived) && bench.isWritten(forEver));
        bench.n(3).node.clusterTime(DAY_MILLIS, 0);
        long missed = bench.get(3);
        long found = bench.call(3, new CacheRequest.Get(Bytes.utf8("for ever")));
        bench.settle();
        assertInstanceOf(CacheAnswer.NoSuchKey.class, bench.answer(missed));
        assertEquals("stays", bench.text(found));
        assertEquals(
                "an hour", bench.n(2).lines.read(Replica.KEY, () -> 0).value().asUtf8());
        long here = bench.get(1);
        bench.settle();
        assertEquals("an hour", bench.text(here));
    }

    /** Story 46: dirty lines that wait for main memory, and lines that are asked for, are never the ones to go. */
    @Test
    void pinnedLinesKeepTheirPlaceWhoeverComes() {
        bench.own(2, "dirty");
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.isMemoryThere = false;
        for (int i = 0; i < 10; i++) {
            bench.call(2, new CacheRequest.Get(Bytes.utf8("other " + i)));
            bench.settle();
            assertEquals(ControllerState.MI_A, bench.state(2));
        }
        assertEquals(4, bench.n(2).lines.size());
        bench.isMemoryThere = true;
        bench.remember();
        bench.settle();
        assertEquals(I, bench.state(2));
        assertEquals("dirty", bench.stored());
    }

    /** Story 36: the delete is on its way to main memory when the key is filled anew from there. */
    @Test
    void aDeleteThatIsNotSavedYetIsSeenByTheNextReader() {
        bench.own(2, "there");
        bench.turn(bench.n(2), new Replica.Flushing(77));
        bench.settle();
        assertEquals("there", bench.stored());
        long delete = bench.delete(2);
        bench.settle();
        assertEquals(new CacheAnswer.Deleted(Replica.KEY, true), bench.answer(delete));
        assertEquals("there", bench.stored(), "main memory doesn't know yet");
        long read = bench.get(3);
        bench.settle();
        assertInstanceOf(CacheAnswer.NoSuchKey.class, bench.answer(read));
    }

    /** FAULT-15: each grant performs a write, so of many who want the line in turn all are served, one transaction each. */
    @Test
    void aLineThatAllWriteAllTheTimeIsGrantedToEachInTurn() {
        Bench many = new Bench(6);
        int writes = 0;
        for (int round = 0; round < 20; round++) {
            long[] calls = new long[6];
            for (int node = 1; node <= 6; node++) {
                calls[node - 1] = many.put(node, "n" + node + " r" + round);
            }
            int messages = 0;
            while (!many.way.isEmpty()) {
                many.deliver(many.way.remove(0));
                messages++;
            }
            for (long call : calls) {
                writes += many.isWritten(call) ? 1 : 0;
            }
            assertTrue(messages <= 6 * 24, messages + " messages for 6 writes");
        }
        assertEquals(6 * 20, writes);
    }

    /** FAULT-16: whatever its state, and whether main memory is there or not, a cache answers a snoop in the turn in which it comes. */
    @Test
    void aSnoopIsAnsweredAtOnceInEveryState() {
        for (ControllerState state : ControllerState.values()) {
            Bench fresh = new Bench(3);
            reach(fresh, state);
            assertEquals(state, fresh.state(2));
            fresh.way.clear();
            fresh.turn(fresh.n(2), new Replica.Deliver(fresh.n(1).id, new Snoop(1, Replica.KEY, 1_000, true)));
            assertEquals(
                    1,
                    fresh.way.stream()
                            .filter(letter -> letter.message() instanceof CacheMessage.SnoopResponse)
                            .count(),
                    "in " + state);
        }
    }

    private static void reach(Bench fresh, ControllerState state) {
        switch (state) {
            case I -> {}
            case IS_D -> fresh.get(2);
            case IM_D -> fresh.put(2, "w");
            case E -> {
                fresh.get(2);
                fresh.settle();
            }
            case S, SM_A -> {
                fresh.get(2);
                fresh.get(3);
                fresh.settle();
                if (state == ControllerState.SM_A) {
                    fresh.put(2, "w");
                }
            }
            case M, MI_A -> {
                fresh.own(2, "w");
                if (state == ControllerState.MI_A) {
                    fresh.turn(fresh.n(2), new Replica.Evicted());
                }
            }
            case MS_A -> {
                fresh.own(2, "w");
                fresh.get(3);
                fresh.deliver(BusRd.class, 1);
                fresh.deliver(Snoop.class, 2);
            }
        }
    }

    /** P8: an acknowledgement twice, the second when the line is dirty anew. */
    @Test
    void anAcknowledgementThatComesTwiceLetsNothingGo() {
        bench.own(2, "old");
        bench.turn(bench.n(2), new Replica.Flushing(77));
        bench.deliver(CacheMessage.WriteBack.class, 1);
        Bench.Letter ack = bench.take(WriteBackAck.class, 2);
        bench.deliver(ack);
        bench.put(2, "new");
        bench.deliver(ack);
        assertEquals(M, bench.state(2));
        bench.settle();
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.settle();
        assertEquals("new", bench.stored());
    }
}
