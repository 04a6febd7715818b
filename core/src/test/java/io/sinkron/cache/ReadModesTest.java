package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each way of reading shows, and what it never shows. */
class ReadModesTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final long MILLI = 1_000_000;
    private static final long MARGIN = ReadMode.TICK_MARGIN_MILLIS * MILLI;
    private static final LongSupplier NOBODY = () -> {
        throw new AssertionError("the clock was asked");
    };

    private final Lone lone = new Lone(CacheOptions.DEFAULT.withPartitionPolicy(PartitionPolicy.SERVE_STALE));
    private final LineTable lines = lone.lines;

    private CacheAnswer.Value read(ReadMode mode, long now) {
        return lines.read(KEY, mode, () -> now);
    }

    private void loseLease() {
        lines.leaseUntil(lone.now);
        lone.tick(0);
    }

    private void regainLease() {
        lines.leaseUntil(Long.MAX_VALUE / 4);
        lone.tick(0);
    }

    @Test
    void aTickReadDoesNotAskTheClockWhileATickerRuns() {
        lone.put("k", "v", Durability.WRITE_BACK);
        lines.tick(0);
        assertNotNull(lines.read(KEY, ReadMode.TICK, NOBODY));
        assertNotNull(lines.read(KEY, ReadMode.STALE_OK, NOBODY));
    }

    @Test
    void withoutATickerATickReadIsStrictAndAsksForOne() {
        lone.put("k", "v", Durability.WRITE_BACK);
        lines.leaseUntil(1_000);
        assertNotNull(read(ReadMode.STRICT, 999));
        assertFalse(lines.isTickWanted(), "strict readers need no ticker");
        assertNotNull(read(ReadMode.TICK, 999));
        assertTrue(lines.isTickWanted());
        assertNull(read(ReadMode.TICK, 1_000));
        lines.tick(0);
        lines.stopTicking();
        assertFalse(lines.isTickWanted());
        assertNull(read(ReadMode.TICK, 1_000));
        assertTrue(lines.isTickWanted());
    }

    @Test
    void nearTheEndOfTheLeaseATickReadAsksTheClock() {
        lone.put("k", "v", Durability.WRITE_BACK);
        long end = 1_000 * MILLI;
        lines.leaseUntil(end);
        lines.tick(end - MARGIN - 1);
        assertNotNull(lines.read(KEY, ReadMode.TICK, NOBODY));
        lines.tick(end - MARGIN);
        assertNotNull(read(ReadMode.TICK, end - 1));
        assertNull(read(ReadMode.TICK, end));
    }

    /** The bound that is promised, at both its sides: a ticker that is late by the margin does no harm, one that is later may. */
    @Test
    void aTickReadIsExactAsLongAsTheTickerIsNoLaterThanTheMargin() {
        lone.put("k", "v", Durability.WRITE_BACK);
        long end = 1_000 * MILLI;
        lines.leaseUntil(end);
        for (long now = end - 2 * MARGIN; now < end + 2 * MARGIN; now += MILLI) {
            for (long late = 0; late <= MARGIN; late += 10 * MILLI) {
                lines.tick(now - late);
                assertEquals(now < end, read(ReadMode.TICK, now) != null, "at " + now + ", late by " + late);
            }
        }
        lines.tick(end - MARGIN - 1);
        assertNotNull(read(ReadMode.TICK, end + 60_000 * MILLI), "a process that slept for a minute");
    }

    @Test
    void tickReadsHoldAcrossTheWrapOfTheClock() {
        lone.put("k", "v", Durability.WRITE_BACK);
        lines.leaseUntil(Long.MIN_VALUE + 5);
        lines.tick(Long.MAX_VALUE - MARGIN);
        assertNotNull(lines.read(KEY, ReadMode.TICK, NOBODY));
        lines.tick(Long.MAX_VALUE);
        assertNotNull(read(ReadMode.TICK, Long.MIN_VALUE + 4));
        assertNull(read(ReadMode.TICK, Long.MIN_VALUE + 5));
    }

    @Test
    void aTableWithoutALeaseAnswersNothingWhateverTheTickerSays() {
        LineTable fresh = new LineTable(CacheOptions.DEFAULT);
        Line line = new Line(KEY);
        fresh.add(line);
        for (long now : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
            fresh.tick(now);
            assertNull(fresh.read(KEY, ReadMode.TICK, () -> now));
        }
    }

    @ParameterizedTest
    @EnumSource(ReadMode.class)
    void aHitWithALeaseIsTheSameObjectInEveryModeAndNotStale(ReadMode mode) {
        lone.put("k", "v", Durability.WRITE_BACK);
        CacheAnswer.Value hit = read(mode, 0);
        assertSame(read(ReadMode.STRICT, 0), hit);
        assertFalse(hit.isStale());
    }

    @ParameterizedTest
    @EnumSource(ReadMode.class)
    void whatHasExpiredOrIsDeletedIsShownInNoMode(ReadMode mode) {
        lone.node.clusterTime(0, lone.now);
        lone.call(new CacheRequest.Put(KEY, Bytes.utf8("v"), -1, 1_000, Durability.WRITE_BACK, Optional.empty()));
        long end = 1_000 * MILLI + lone.now;
        assertNotNull(read(mode, end - 1));
        assertNull(read(mode, end));
        loseLease();
        assertEquals(mode == ReadMode.STALE_OK, read(mode, end - 1) != null);
        assertNull(read(mode, end));
        regainLease();
        lone.call(new CacheRequest.Delete(KEY, -1, Durability.WRITE_THROUGH, Optional.empty()));
        assertNull(read(mode, 0));
        loseLease();
        assertNull(read(mode, 0));
    }

    /** Between the lease's end and the turn in which the machine notices it. */
    @Test
    void withoutALeaseOnlyStaleReadersGetAnAnswerAndItSaysSo() {
        lone.put("k", "v", Durability.WRITE_BACK);
        lines.leaseUntil(1_000);
        assertNull(read(ReadMode.STRICT, 1_000));
        assertNull(read(ReadMode.TICK, 1_000));
        CacheAnswer.Value stale = read(ReadMode.STALE_OK, 1_000);
        assertTrue(stale.isStale());
        assertEquals("v", stale.value().asUtf8());
        assertEquals(1, lines.staleReads());
    }

    @Test
    void aNodeThatIsToServeStaleKeepsWhatWasReadableUntilItsLeaseIsBack() {
        lone.put("k", "v", Durability.WRITE_BACK);
        long version = read(ReadMode.STRICT, 0).version();
        loseLease();
        assertNull(read(ReadMode.STRICT, lone.now));
        assertNull(read(ReadMode.TICK, lone.now));
        for (int i = 0; i < 3; i++) {
            CacheAnswer.Value stale = read(ReadMode.STALE_OK, lone.now);
            assertTrue(stale.isStale());
            assertEquals(version, stale.version());
        }
        regainLease();
        assertNull(read(ReadMode.STALE_OK, lone.now), "thrown away");
        assertEquals(
                "v", ((CacheAnswer.Value) lone.answer(lone.get("k"))).value().asUtf8());
        assertFalse(read(ReadMode.STALE_OK, lone.now).isStale());
    }

    @Test
    void aNodeThatIsToRefuseKeepsNothing() {
        Lone refusing = new Lone(CacheOptions.DEFAULT);
        refusing.put("k", "v", Durability.WRITE_BACK);
        refusing.lines.leaseUntil(refusing.now);
        refusing.tick(0);
        for (ReadMode mode : ReadMode.values()) {
            assertNull(refusing.lines.read(KEY, mode, () -> refusing.now));
        }
    }

    @Test
    void noMoreIsKeptThanTheTableHolds() {
        Lone small = new Lone(
                CacheOptions.DEFAULT.withCapacity(3, 1 << 20).withPartitionPolicy(PartitionPolicy.SERVE_STALE));
        for (int i = 0; i < 20; i++) {
            small.put("k" + i, "v", Durability.WRITE_BACK);
        }
        small.lines.leaseUntil(small.now);
        small.tick(0);
        int kept = 0;
        for (int i = 0; i < 20; i++) {
            kept += small.lines.read(Bytes.utf8("k" + i), ReadMode.STALE_OK, () -> 0) == null ? 0 : 1;
        }
        assertEquals(3, kept);
    }

    /** A write that nobody but this node has seen is no value to show, stale or not: it may turn out never to have happened. */
    @Test
    void whatWasNotSafeYetIsNotKept() {
        lone.put("k", "old", Durability.WRITE_THROUGH);
        lone.isMemoryThere = false;
        lone.put("k", "new", Durability.WRITE_THROUGH);
        loseLease();
        assertEquals("old", read(ReadMode.STALE_OK, lone.now).value().asUtf8());
    }

    @ParameterizedTest
    @EnumSource(ReadMode.class)
    void aHitAllocatesNothing(ReadMode mode) {
        lone.put("k", "v", Durability.WRITE_BACK);
        lines.tick(0);
        LongSupplier clock = System::nanoTime;
        lines.leaseUntil(System.nanoTime() + 3_600_000 * MILLI);
        long sum = 0;
        for (int i = 0; i < 50_000; i++) {
            sum += lines.read(KEY, mode, clock).version();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 50_000; i++) {
            sum += lines.read(KEY, mode, clock).version();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(sum != 0);
        assertTrue(bytes < 5_000, bytes + " bytes for 50 000 hits");
    }
}
