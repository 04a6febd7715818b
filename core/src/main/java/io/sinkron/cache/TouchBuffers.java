package io.sinkron.cache;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Which lines other threads have read, on their way to the recency list: striped rings that lose touches rather than make a reader wait, after
 * Caffeine's and ConcurrentLinkedHashMap's read buffers (B. Manes). A reader writes to its thread's stripe and nowhere else, so readers on different
 * processors don't pass cache lines to and fro. Touching is lock-free; draining is for one thread.
 *
 * <p>How exact that is: of the touches of one stripe between two drains the first {@value #SLOTS} are kept, in order, and the rest is lost; so are
 * some where two threads that share a stripe touch at the same instant. A single reader that reads no more lines than that between two drains is
 * followed exactly. What is lost makes a line look colder than it is, and never one warmer that nobody has read.
 */
final class TouchBuffers {
    static final int SLOTS = 64;

    private static final int MIN_STRIPES = 4;
    private static final int MAX_STRIPES = 64;
    /** From one stripe's counter to the next: two cache lines, for processors fetch them in pairs. */
    private static final int PADDING = 16;

    private final int stripes;
    private final AtomicReferenceArray<Line> slots;
    private final AtomicLongArray written;
    private final AtomicLongArray drained;

    /** With stripes for twice as many threads at once as this machine can run. */
    TouchBuffers() {
        this(2 * Runtime.getRuntime().availableProcessors());
    }

    /** With so many stripes, rounded up to a power of two. */
    TouchBuffers(int wanted) {
        int atLeast = Math.min(MAX_STRIPES, Math.max(MIN_STRIPES, wanted));
        stripes = Integer.highestOneBit(2 * atLeast - 1);
        slots = new AtomicReferenceArray<>(stripes * SLOTS);
        written = new AtomicLongArray((stripes + 1) * PADDING);
        drained = new AtomicLongArray((stripes + 1) * PADDING);
    }

    /** Where a stripe's counters stand. The first places stay empty: next to them is the array's length, which every access reads. */
    private static int counter(int stripe) {
        return (stripe + 1) * PADDING;
    }

    /** Records a read, unless this thread's stripe is full. */
    void touch(Line line) {
        int stripe = (int) Thread.currentThread().getId() & stripes - 1;
        int counter = counter(stripe);
        long at = written.getOpaque(counter);
        if (at - drained.getOpaque(counter) < SLOTS) {
            slots.setRelease(stripe * SLOTS + (int) (at & SLOTS - 1), line);
            written.setRelease(counter, at + 1);
        }
    }

    /** Hands over what was recorded. */
    void drain(Consumer<Line> touched) {
        for (int stripe = 0; stripe < stripes; stripe++) {
            int counter = counter(stripe);
            long from = drained.getPlain(counter);
            long to = written.getAcquire(counter);
            if (from == to) {
                continue;
            }
            for (long at = from; at < to; at++) {
                Line line = slots.getAndSet(stripe * SLOTS + (int) (at & SLOTS - 1), null);
                if (line != null) {
                    touched.accept(line);
                }
            }
            drained.setOpaque(counter, to);
        }
    }
}
