package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Readers of all modes beside a cluster in trouble: only those who asked for it ever meet a stale value, and they are told. */
class ReadModesWalkTest {
    private static final int SEEDS = 4;
    private static final long MARGIN_MILLIS = ReadMode.TICK_MARGIN_MILLIS;

    private int hits;
    private int ticked;
    private int outdated;

    @Test
    void strictAndTickReadersNeverSeeAStaleValueThroughLossCrashesAndPartitions() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            ClusterWalk walk =
                    new ClusterWalk(seed, 4, 8, ClusterWalk.OPTIONS.withPartitionPolicy(PartitionPolicy.SERVE_STALE));
            try {
                walk.loss = (int) (seed % 3) * 5;
                walk.runFor(1_000);
                walk.trouble();
                walk.after(0, () -> look(walk));
                walk.runFor(30_000);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
        assertTrue(hits > 3_000, "only " + hits + " strict hits");
        assertTrue(ticked > 500, "only " + ticked + " hits by a late tick");
        assertTrue(outdated > 30, "only " + outdated + " outdated values were shown as stale");
    }

    /** Every node's every key, in every mode; the ticker is late by whatever it may be late by. */
    private void look(ClusterWalk walk) {
        for (ClusterWalk.Box box : walk.boxes) {
            if (box.isUp()) {
                box.lines.tick(walk.now - walk.random.nextLong(MARGIN_MILLIS + 1) * ClusterWalk.MILLI);
                walk.keys.forEach(key -> look(walk, box, key));
            }
        }
        walk.after(1 + walk.random.nextInt(20), () -> look(walk));
    }

    private void look(ClusterWalk walk, ClusterWalk.Box box, Bytes key) {
        long seen = walk.seen(key);
        for (ReadMode mode : new ReadMode[] {ReadMode.STRICT, ReadMode.TICK}) {
            boolean[] isAsked = new boolean[1];
            CacheAnswer.Value value = box.lines.read(key, mode, () -> {
                isAsked[0] = true;
                return walk.now;
            });
            if (value != null) {
                assertTrue(box.serves(), mode + " without a lease");
                assertFalse(value.isStale());
                assertTrue(value.version() >= seen, mode + " shows an old value");
                hits += mode == ReadMode.STRICT ? 1 : 0;
                ticked += isAsked[0] ? 0 : 1;
            }
        }
        CacheAnswer.Value any = box.lines.read(key, ReadMode.STALE_OK, () -> walk.now);
        if (any != null) {
            assertEquals(!box.serves(), any.isStale());
            assertTrue(any.isStale() || any.version() >= seen, "an old value that doesn't say so");
            outdated += any.version() < seen ? 1 : 0;
        }
    }

    /**
     * Threads of each mode beside a node whose lease comes and goes, while others write the key whenever it is over. What a strict reader gets is
     * never older than the newest write that had ended when it began, however it is interleaved with the loss of the lease and its return.
     */
    @Test
    void noStrictReaderMeetsAShelvedValueWhileTheLeaseComesAndGoes() throws InterruptedException {
        Lone lone = new Lone(CacheOptions.DEFAULT.withPartitionPolicy(PartitionPolicy.SERVE_STALE));
        Bytes key = Bytes.utf8("k");
        AtomicLong clock = new AtomicLong();
        AtomicLong written = new AtomicLong();
        AtomicLong reads = new AtomicLong();
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        List<Thread> readers = new ArrayList<>();
        for (ReadMode mode : ReadMode.values()) {
            readers.add(new Thread(() -> {
                while (!isOver.get()) {
                    long before = written.get();
                    CacheAnswer.Value value = lone.lines.read(key, mode, clock::get);
                    if (value != null && (value.isStale() ? mode != ReadMode.STALE_OK : value.version() < before)) {
                        wrong.set(mode + " got " + value + " after " + before);
                    }
                    reads.getAndIncrement();
                }
            }));
        }
        readers.forEach(Thread::start);
        for (long round = 1; round <= 150 && wrong.get() == null; round++) {
            long end = clock.get() + 2 * MARGIN_MILLIS * ClusterWalk.MILLI;
            lone.now = clock.get();
            lone.lines.leaseUntil(end);
            lone.tick(0);
            lone.get("k");
            while (clock.get() < end) {
                lone.lines.tick(clock.getAndAdd(MARGIN_MILLIS / 2 * ClusterWalk.MILLI));
            }
            // The lease is over, and perhaps the machine doesn't know yet; others write.
            MemoryValue newer = new MemoryValue((1L << 32) + round, false, Bytes.utf8("v" + round), 0, List.of());
            lone.memory.apply(new MemoryOp.PutIfNewer(key, 1, newer));
            written.set(newer.version());
            for (long until = reads.get() + 20; reads.get() < until; ) {
                Thread.yield();
            }
            lone.now = clock.get();
            lone.tick(0);
        }
        isOver.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertNull(wrong.get());
    }
}
