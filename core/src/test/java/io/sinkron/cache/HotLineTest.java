package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A line that all nodes write at once: each write costs a bounded number of messages, each node gets its turn, and a minimum hold makes it cheap. */
class HotLineTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long HOLD = 5_000_000L;
    private static final CacheOptions OPTIONS = CacheOptions.DEFAULT;

    private static void show(String what, int nodes, HotLine line) {
        System.out.printf(
                "%s, %d nodes: %d operations, %.2f messages each, longest %.1f ms, %d grants at most while one waited%n",
                what, nodes, line.total(), line.messagesEach(), line.longestNanos / 1e6, line.mostGrants);
    }

    /**
     * Request, snoop, its answer, grant, acknowledgement, and the word that main memory has what the snoop brought; backup, its acknowledgement, its
     * release. Nothing is repeated, and nobody is asked in vain, however many want the line.
     */
    @ParameterizedTest
    @ValueSource(ints = {3, 8, 16})
    void aWriteOfAHotLineCostsNineMessagesAtMostHoweverManyWriteIt(int nodes) {
        HotLine line = new HotLine(nodes, OPTIONS, Durability.BACKED_UP, -1, 42 + nodes).run(2 * SECOND);
        show("all write", nodes, line);
        assertTrue(line.total() > 500, "writes: " + line.total());
        assertTrue(line.messagesEach() <= 9, "messages a write: " + line.messagesEach());
    }

    /** The queue at the home is first come, first served: while a write waits, each other node is granted the line once, and who was before it. */
    @ParameterizedTest
    @ValueSource(ints = {3, 8, 16})
    void everyNodeGetsItsTurn(int nodes) {
        HotLine line = new HotLine(nodes, OPTIONS, Durability.BACKED_UP, -1, 7 + nodes).run(2 * SECOND);
        int fewest = Arrays.stream(line.done).min().orElseThrow();
        int most = Arrays.stream(line.done).max().orElseThrow();
        show("all write: " + fewest + " to " + most + " each", nodes, line);
        assertTrue(line.mostGrants <= nodes, "grants while one waited: " + line.mostGrants);
        assertTrue(2 * fewest >= most, fewest + " to " + most);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8, 16})
    void aReaderIsNotStarvedByWriters(int nodes) {
        int reader = nodes - 1;
        HotLine line = new HotLine(nodes, OPTIONS, Durability.WRITE_BACK, reader, nodes).run(2 * SECOND);
        show("one reads, all others write: " + line.done[reader] + " reads", nodes, line);
        assertTrue(line.mostGrants <= nodes, "grants while one waited: " + line.mostGrants);
        assertTrue(line.done[reader] > 2_000 / nodes / 4, "reads: " + line.done[reader]);
    }

    /** Ping-pong: with a hold, a node writes as long as it has the line, and the line moves once in a while. */
    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void aMinimumHoldMakesAHotLinesWritesCheaper(int nodes) {
        for (Durability durability : new Durability[] {Durability.BACKED_UP, Durability.WRITE_BACK}) {
            HotLine without = new HotLine(nodes, OPTIONS, durability, -1, 1).run(SECOND);
            HotLine with = new HotLine(nodes, OPTIONS.withMinHold(HOLD), durability, -1, 1).run(SECOND);
            show(durability + " without a hold", nodes, without);
            show(durability + " held for 5 ms", nodes, with);
            assertTrue(2 * with.messagesEach() < without.messagesEach());
            assertTrue(with.total() > without.total());
            int fewest = Arrays.stream(with.done).min().orElseThrow();
            assertTrue(fewest > 0, "each node writes");
            long bound = nodes * (HOLD + 3_000_000L);
            assertTrue(with.longestNanos <= bound, "longest: " + with.longestNanos);
        }
    }

    /** With no more than one write at a time, holding the line only costs time: the next node waits for the rest of the hold, and no longer. */
    @Test
    void aSnoopIsAnsweredWhenTheHoldIsOverWhateverBecameOfTheLine() {
        HotLine line =
                new HotLine(3, OPTIONS.withMinHold(HOLD).withCapacity(1, 1 << 20), Durability.WRITE_THROUGH, -1, 3);
        line.run(SECOND);
        assertTrue(line.longestNanos <= 3 * (HOLD + 3_000_000L), "longest: " + line.longestNanos);
        assertEquals(3, Arrays.stream(line.done).filter(done -> done > 0).count());
    }
}
