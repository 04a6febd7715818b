package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** The part of the cache that other threads see. */
class LineTableTest {
    private static final Bytes KEY = Bytes.utf8("k");

    private final Lone lone = new Lone(CacheOptions.DEFAULT);

    @Test
    void theClockIsAskedAfterTheValueAndOnlyIfThereIsOne() {
        int[] asked = new int[1];
        LongSupplier clock = () -> asked[0]++;
        assertNull(lone.lines.read(KEY, clock));
        assertEquals(0, asked[0]);
        lone.put("k", "v", Durability.WRITE_BACK);
        assertNotNull(lone.lines.read(KEY, clock));
        assertEquals(1, asked[0]);
    }

    /** Story 34 in one thread: between the look at the value and the look at the clock the lease runs out. */
    @Test
    void aReaderThatPausesPastTheLeaseGetsNothing() {
        lone.put("k", "v", Durability.WRITE_BACK);
        lone.lines.leaseUntil(1_000);
        assertNotNull(lone.lines.read(KEY, () -> 999));
        assertNull(lone.lines.read(KEY, () -> 1_000));
        assertTrue(lone.lines.read(KEY, ReadMode.STALE_OK, () -> 1_000).isStale());
    }

    /** The value was read after the old lease had run out, and before the machine noticed it: the next lease doesn't vouch for it. */
    @Test
    void aLeaseRenewedBetweenTheValueAndTheClockDoesNotVouchForTheValue() {
        lone.put("k", "v", Durability.WRITE_BACK);
        lone.lines.leaseUntil(1_000);
        assertNull(lone.lines.read(KEY, () -> {
            lone.lines.leaseUntil(5_000);
            return 3_000;
        }));
    }

    @Test
    void aTableWithoutALeaseAnswersNothingWhateverTheClockSays() {
        LineTable fresh = new LineTable(CacheOptions.DEFAULT);
        for (long now : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
            assertTrue(!fresh.holdsLease(now));
        }
    }

    @Test
    void leasesHoldAcrossTheWrapOfTheClock() {
        lone.lines.leaseUntil(Long.MIN_VALUE + 5);
        assertTrue(lone.lines.holdsLease(Long.MAX_VALUE));
        assertTrue(lone.lines.holdsLease(Long.MIN_VALUE + 4));
        assertTrue(!lone.lines.holdsLease(Long.MIN_VALUE + 5));
    }

    @Test
    void linesAreListedInOrderOfTheirKeysFromBehindOneOn() {
        for (String key : "d b a c".split(" ")) {
            lone.put(key, key, Durability.WRITE_BACK);
        }
        assertEquals(List.of("a", "b"), keys(lone.lines.lines(Bytes.EMPTY, 2)));
        assertEquals(List.of("c", "d"), keys(lone.lines.lines(Bytes.utf8("b"), 9)));
    }

    private static List<String> keys(List<LineInfo> lines) {
        return lines.stream().map(line -> line.key().asUtf8()).toList();
    }

    @Test
    void aHitAllocatesNothing() {
        lone.put("k", "v", Durability.WRITE_BACK);
        LongSupplier clock = System::nanoTime;
        long sum = 0;
        for (int i = 0; i < 50_000; i++) {
            sum += lone.lines.read(KEY, clock).version();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 50_000; i++) {
            sum += lone.lines.read(KEY, clock).version();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(sum != 0);
        assertTrue(bytes < 5_000, bytes + " bytes for 50 000 hits");
    }

    /** One thread writes, others read: nobody ever sees the line go back, or half of a change. */
    @Test
    void readersNeverSeeALineGoBack() throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        List<Thread> readers = new ArrayList<>();
        lone.put("k", "0", Durability.WRITE_BACK);
        for (int i = 0; i < 3; i++) {
            Thread reader = new Thread(() -> {
                long last = 0;
                while (!isOver.get()) {
                    CacheAnswer.Value value = lone.lines.read(KEY, () -> 0);
                    if (value != null) {
                        long count = Long.parseLong(value.value().asUtf8());
                        if (value.version() < last || count != value.version() - (1L << 32)) {
                            wrong.set(value + " after " + last);
                        }
                        last = value.version();
                    }
                }
            });
            reader.start();
            readers.add(reader);
        }
        for (int i = 1; i <= 20_000; i++) {
            lone.put("k", Integer.toString(i), Durability.WRITE_BACK);
            if (i % 100 == 0) {
                lone.node.evict(KEY, lone.now);
                lone.turn();
            }
        }
        isOver.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertNull(wrong.get());
    }
}
