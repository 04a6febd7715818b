package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node's cache that closes, and dirty lines that age: everything written gets to main memory, or is named. */
class ClosingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long CLOSE = -99;

    private final Lone lone = new Lone(CacheOptions.DEFAULT);

    private void close() {
        lone.node.close(CLOSE, lone.now + SECOND, lone.now);
        lone.turn();
    }

    @Test
    void closingWritesEverythingBackBeforeItIsAnswered() {
        lone.put("a", "1", Durability.WRITE_BACK);
        lone.put("b", "2", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        close();
        assertNull(lone.answer(CLOSE));
        lone.isMemoryThere = true;
        lone.turn();
        assertEquals(Flushed.ALL, lone.answer(CLOSE));
        assertEquals(
                List.of("1", "2"),
                lone.memory.snapshot().entries().stream()
                        .map(entry -> entry.value().value().asUtf8())
                        .toList());
    }

    /** Otherwise it could be written after the report, and lost without a word. */
    @Test
    void aClosingCachePerformsNothingAnyMore() {
        lone.get("a");
        lone.isMemoryThere = false;
        long waiting = lone.put("b", "1", Durability.WRITE_BACK);
        long performed = lone.put("a", "1", Durability.WRITE_THROUGH);
        close();
        assertInstanceOf(Refusal.Unavailable.class, lone.answer(waiting));
        assertInstanceOf(Refusal.Unavailable.class, lone.answer(lone.put("a", "2", Durability.WRITE_BACK)));
        assertInstanceOf(Refusal.Unavailable.class, lone.answer(lone.get("a")));
        assertNull(lone.answer(performed));
        lone.isMemoryThere = true;
        lone.turn();
        assertInstanceOf(CacheAnswer.Written.class, lone.answer(performed));
        assertEquals(Flushed.ALL, lone.answer(CLOSE));
        assertTrue(lone.memory.snapshot().entries().stream()
                .noneMatch(entry ->
                        entry.key().equals(Bytes.utf8("b")) && entry.value().version() > 0));
    }

    @Test
    void whatMainMemoryHasNotGotByTheDeadlineIsNamed() {
        for (int i = 0; i < Flushed.MAX_LISTED + 50; i++) {
            lone.put("k" + i, "v", Durability.WRITE_BACK);
        }
        lone.isMemoryThere = false;
        close();
        lone.tick(SECOND - 1);
        assertNull(lone.answer(CLOSE));
        lone.tick(1);
        Flushed flushed = (Flushed) lone.answer(CLOSE);
        assertEquals(Flushed.MAX_LISTED + 50, flushed.remaining());
        assertEquals(flushed.remaining(), flushed.atRisk());
        assertEquals(Flushed.MAX_LISTED, flushed.first().size());
        assertEquals(
                new Flushed.Unsaved(Bytes.utf8("k0"), 1L << 32, false),
                flushed.first().get(0));
    }

    /** What a second node holds isn't lost with this one: that node stores it when a view leaves this one out. */
    @Test
    void theReportTellsWhatAnotherNodeHolds() {
        Bench bench = new Bench(3);
        bench.own(2, "v");
        bench.isMemoryThere = false;
        bench.n(2).node.close(CLOSE, SECOND, 0);
        bench.n(2).node.tick(SECOND);
        Flushed flushed = (Flushed) Replica.answers(bench.n(2).node.effects()).stream()
                .filter(complete -> complete.call() == CLOSE)
                .findFirst()
                .orElseThrow()
                .answer();
        assertEquals(1, flushed.remaining());
        assertEquals(0, flushed.atRisk());
        assertTrue(flushed.first().get(0).isBackedUp());
    }

    @Test
    void aCallerThatDoesNotWaitForTheDeadlineGetsWhatIsKnown() {
        lone.put("a", "1", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        close();
        lone.node.cancel(CLOSE, lone.now);
        lone.turn();
        assertEquals(1, ((Flushed) lone.answer(CLOSE)).remaining());
    }

    /** However often a line is written: main memory is behind by the age at most, and by the time that storing takes. */
    @Test
    void noWrittenValueStaysUnsavedForLongerThanTheAge() {
        long age = CacheOptions.DEFAULT.flushAgeNanos();
        long step = age / 20;
        for (int i = 0; i < 200; i++) {
            lone.put("k", "" + i, Durability.WRITE_BACK);
            lone.tick(step);
            String stored =
                    lone.memory.snapshot().entries().get(0).value().value().asUtf8();
            int behind = stored.isEmpty() ? i + 1 : i - Integer.parseInt(stored);
            assertTrue(behind * step <= age, "main memory is behind by " + behind + " writes after write " + i);
        }
    }

    /** The holder of a backup is gone: the value goes to another node and to main memory; the one does it alone if the other is away. */
    @Test
    void aBackupWhoseHolderIsLostMovesToAnotherNodeAndToMainMemory() {
        Bench bench = new Bench(4);
        bench.own(3, "v");
        bench.crash(1);
        bench.isMemoryThere = false;
        bench.view(2, 1, 1, 2, 3);
        bench.deliver(CacheMessage.Backup.class, 2);
        bench.settle();
        assertTrue(bench.n(2).facts().held() > 0);
        Flushed.Unsaved line = unsaved(bench, 3);
        assertTrue(line.isBackedUp());
        assertEquals(ControllerState.M, bench.state(3));
        bench.isMemoryThere = true;
        bench.remember();
        bench.settle();
        assertEquals("v", bench.stored());
        assertEquals(ControllerState.E, bench.state(3));
        assertEquals(-1, bench.n(2).facts().held());
    }

    private static Flushed.Unsaved unsaved(Bench bench, int node) {
        bench.n(node).node.flush(CLOSE, 0);
        bench.n(node).node.cancel(CLOSE, 0);
        Flushed flushed =
                (Flushed) Replica.answers(bench.n(node).node.effects()).get(0).answer();
        return flushed.first().get(0);
    }
}
