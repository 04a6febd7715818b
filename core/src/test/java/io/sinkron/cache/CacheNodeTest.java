package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a client of one node is told: values, time, deadlines, limits, flushes, states. */
class CacheNodeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Bytes KEY = Bytes.utf8("k");

    private final Lone lone = new Lone(CacheOptions.DEFAULT.withCapacity(3, 1 << 20));

    @Test
    void aMissIsNoHitAndTheNextReadIs() {
        lone.put("k", "v", Durability.WRITE_THROUGH);
        lone.node.evict(KEY, lone.now);
        lone.turn();
        CacheAnswer.Value miss = (CacheAnswer.Value) lone.answer(lone.get("k"));
        assertEquals("v", miss.value().asUtf8());
        assertEquals(LineState.E, miss.state());
        assertEquals(false, miss.hit());
        CacheAnswer.Value hit = (CacheAnswer.Value) lone.answer(lone.get("k"));
        assertTrue(hit.hit());
        assertEquals(hit, lone.lines.read(KEY, () -> 0));
    }

    @Test
    void aValueEndsWithItsTimeToLiveInClusterTime() {
        lone.node.clusterTime(50_000, lone.now);
        lone.call(new Put(KEY, Bytes.utf8("v"), -1, 100, Durability.BACKED_UP, Optional.empty()));
        CacheAnswer.Value value = (CacheAnswer.Value) lone.answer(lone.get("k"));
        assertEquals(50_100, value.expiresAtMillis());
        long end = lone.now + 100_000_000L;
        assertEquals("v", lone.lines.read(KEY, () -> end - 1_000_000).value().asUtf8());
        assertNull(lone.lines.read(KEY, () -> end));
        lone.now = end;
        assertInstanceOf(CacheAnswer.NoSuchKey.class, lone.answer(lone.get("k")));
    }

    @Test
    void clusterTimeNeverGoesBackHere() {
        lone.node.clusterTime(50_000, lone.now);
        lone.call(new Put(KEY, Bytes.utf8("v"), -1, 100, Durability.BACKED_UP, Optional.empty()));
        lone.node.clusterTime(50_200, lone.now);
        lone.node.clusterTime(40_000, lone.now);
        assertInstanceOf(CacheAnswer.NoSuchKey.class, lone.answer(lone.get("k")));
    }

    @Test
    void anIdempotencyKeyOutlivesTheLine() {
        Put put = new Put(KEY, Bytes.utf8("v"), 0, 0, Durability.BACKED_UP, Optional.of(new Remember("id", 7)));
        CacheAnswer.Written first = (CacheAnswer.Written) lone.answer(lone.call(put));
        lone.node.evict(KEY, lone.now);
        lone.turn();
        assertEquals(0, lone.lines.size());
        assertEquals(first, lone.answer(lone.call(put)));
    }

    @Test
    void aDirtyLineIsSavedWhenItIsASecondOldAndStays() {
        lone.put("k", "v", Durability.WRITE_BACK);
        assertEquals(0, lone.memory.snapshot().entries().get(0).value().version());
        lone.tick(SECOND - 1_000_000);
        assertTrue(lone.lines.lines(Bytes.EMPTY, 10).get(0).dirty());
        lone.tick(1_000_000);
        assertEquals(
                "v", lone.memory.snapshot().entries().get(0).value().value().asUtf8());
        assertEquals(LineState.E, lone.lines.lines(Bytes.EMPTY, 10).get(0).state());
        assertEquals("v", lone.lines.read(KEY, () -> lone.now).value().asUtf8());
    }

    @Test
    void aLineWrittenAllTheTimeIsSavedAgainAndAgain() {
        for (int i = 0; i < 50; i++) {
            lone.put("k", "v" + i, Durability.WRITE_BACK);
            lone.tick(SECOND / 10);
        }
        long saved = lone.lines.stats().writeBacks();
        assertTrue(saved >= 2 && saved <= 6, "saved " + saved + " times in 5 s");
    }

    @Test
    void aFlushEndsWhenAllIsSaved() {
        lone.put("a", "1", Durability.WRITE_BACK);
        lone.put("b", "2", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        lone.node.flush(99, lone.now);
        lone.turn();
        assertNull(lone.answer(99));
        lone.isMemoryThere = true;
        lone.turn();
        assertEquals(Flushed.ALL, lone.answer(99));
    }

    @Test
    void aFlushThatCannotEndSaysWhatIsLeft() {
        lone.put("a", "1", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        lone.node.flush(99, lone.now);
        lone.tick(CacheOptions.DEFAULT.flushTimeoutNanos());
        Flushed.Unsaved left = new Flushed.Unsaved(Bytes.utf8("a"), (1L << 32), false);
        assertEquals(new Flushed(1, 1, List.of(left)), lone.answer(99));
    }

    @Test
    void aFlushOfNothingEndsAtOnce() {
        lone.node.flush(99, lone.now);
        lone.turn();
        assertEquals(Flushed.ALL, lone.answer(99));
    }

    /** Before it is performed, a write that runs out of time has had no effect; afterwards that isn't known. */
    @Test
    void aWriteOutOfTimeHadNoEffectUnlessItWasPerformed() {
        lone.isMemoryThere = false;
        long waiting = lone.put("k", "v", Durability.BACKED_UP);
        lone.tick(lone.timeout);
        assertInstanceOf(Refusal.Unavailable.class, lone.answer(waiting));
        lone.isMemoryThere = true;
        lone.turn();
        assertInstanceOf(CacheAnswer.NoSuchKey.class, lone.answer(lone.get("k")));
        lone.isMemoryThere = false;
        long performed = lone.put("k", "v", Durability.BACKED_UP);
        lone.tick(lone.timeout);
        assertInstanceOf(Refusal.OutcomeUnknown.class, lone.answer(performed));
    }

    @Test
    void aCallWithoutALeaseWaitsUntilItsDeadline() {
        lone.node.lease(false, lone.now);
        long read = lone.get("k");
        assertNull(lone.answer(read));
        lone.tick(lone.timeout);
        Refusal.Unavailable refusal = (Refusal.Unavailable) lone.answer(read);
        assertEquals("this node has no lease", refusal.reason());
    }

    @Test
    void aCancelledCallHadNoEffectAndAPerformedOneIsAnswered() {
        lone.isMemoryThere = false;
        long waiting = lone.put("k", "v", Durability.BACKED_UP);
        lone.node.cancel(waiting, lone.now);
        lone.turn();
        assertEquals(new Refusal.Cancelled(), lone.answer(waiting));
        lone.isMemoryThere = true;
        lone.get("k");
        lone.isMemoryThere = false;
        long performed = lone.put("k", "v", Durability.BACKED_UP);
        lone.node.cancel(performed, lone.now);
        lone.isMemoryThere = true;
        lone.turn();
        assertInstanceOf(CacheAnswer.Written.class, lone.answer(performed));
    }

    /** A table full of lines that can't leave at once: the miss waits, and the table never grows past its capacity. */
    @Test
    void aMissWaitsForRoomWhileDirtyLinesLeave() {
        lone.put("a", "1", Durability.WRITE_BACK);
        lone.put("b", "2", Durability.WRITE_BACK);
        lone.put("c", "3", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        long miss = lone.get("d");
        assertNull(lone.answer(miss));
        assertEquals(3, lone.lines.size());
        lone.isMemoryThere = true;
        lone.turn();
        assertInstanceOf(CacheAnswer.NoSuchKey.class, lone.answer(miss));
        assertEquals(3, lone.lines.size());
        assertEquals(1, lone.lines.stats().evictions());
        assertNull(lone.lines.get(Bytes.utf8("a")), "the least recently used one left");
    }

    @Test
    void moreBytesThanAllowedMakeTheColdestLeave() {
        Lone small = new Lone(CacheOptions.DEFAULT.withCapacity(100, 64 << 10));
        String large = "x".repeat(20_000);
        for (String key : "a b c d e".split(" ")) {
            small.put(key, large, Durability.WRITE_THROUGH);
        }
        assertEquals(3, small.lines.size());
        assertNull(small.lines.get(Bytes.utf8("b")));
        assertEquals(20_000, small.lines.get(Bytes.utf8("c")).value.value().size());
    }

    @Test
    void moreWaitingCallsThanAllowedAreRefused() {
        Lone narrow = new Lone(CacheOptions.DEFAULT.withWaitingCalls(2));
        narrow.isMemoryThere = false;
        narrow.get("a");
        narrow.get("b");
        assertInstanceOf(Refusal.Overloaded.class, narrow.answer(narrow.get("c")));
    }

    @Test
    void theStatesOfALineNameEveryMemberThatAnswers() {
        Bench bench = new Bench(3);
        bench.own(2, "mine");
        long all = bench.call(1, new CacheRequest.States(Replica.KEY));
        bench.settle();
        NodeId home = bench.n(1).id;
        assertEquals(
                new CacheAnswer.States(
                        Replica.KEY,
                        home,
                        new TreeMap<>(
                                Map.of(home, LineState.I, bench.n(2).id, LineState.M, bench.n(3).id, LineState.I))),
                bench.answer(all));
        long some = bench.call(1, new CacheRequest.States(Replica.KEY));
        bench.crash(3);
        bench.settle();
        assertNull(bench.answer(some));
        bench.timeOut();
        assertEquals(2, ((CacheAnswer.States) bench.answer(some)).states().size());
    }

    /** Story 44. */
    @Test
    void theNumbersAddUp() {
        for (String key : "a b c d a a".split(" ")) {
            lone.get(key);
        }
        lone.lines.read(Bytes.utf8("a"), () -> 0);
        CacheStats stats = lone.lines.stats();
        assertEquals(3, stats.capacity());
        assertEquals(3, stats.size());
        assertEquals(1, stats.hits(), "the table has no value for an absent key; the machine knew it once");
        assertEquals(5, stats.misses());
        assertEquals(2, stats.evictions());
    }

    @Test
    void aSweepTakesKeysOutOfMainMemoryAStepAtATimeAndNeedsNoLease() {
        for (int i = 0; i < 3; i++) {
            lone.put("old" + i, "v", Durability.WRITE_THROUGH);
        }
        lone.put("young", "v", Durability.WRITE_THROUGH);
        lone.node.lease(false, lone.now);
        CacheRequest.Sweep sweep = new CacheRequest.Sweep(Bytes.utf8("old"), Bytes.utf8("olf"), "");
        assertEquals(new CacheAnswer.Swept(3, ""), lone.answer(lone.call(sweep)));
        assertEquals(1, lone.memory.size());
        lone.isMemoryThere = false;
        long failed = lone.call(sweep);
        lone.node.memoryFailed(lone.asked.remove().operation(), true, "away", lone.now);
        lone.turn();
        assertEquals(new Refusal.Unavailable("away", 1_000), lone.answer(failed));
        long late = lone.call(sweep);
        lone.tick(lone.timeout);
        assertInstanceOf(Refusal.OutcomeUnknown.class, lone.answer(late));
    }
}
