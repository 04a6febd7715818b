package io.sinkron.cache;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Which lines other threads have read, on their way to the recency list: striped rings that lose touches rather than make a reader wait, after
 * Caffeine's and ConcurrentLinkedHashMap's read buffers (B. Manes). Touching is lock-free; draining is for one thread.
 */
final class TouchBuffers {
    private static final int STRIPES = 16;
    private static final int SLOTS = 64;
    private static final int PADDING = 16;

    private final AtomicReferenceArray<Line> slots = new AtomicReferenceArray<>(STRIPES * SLOTS);
    private final AtomicLongArray written = new AtomicLongArray(STRIPES * PADDING);
    private final AtomicLongArray drained = new AtomicLongArray(STRIPES * PADDING);

    /** Records a read, unless this thread's stripe is full. */
    void touch(Line line) {
        int stripe = (int) Thread.currentThread().getId() & STRIPES - 1;
        long at = written.getOpaque(stripe * PADDING);
        if (at - drained.getOpaque(stripe * PADDING) < SLOTS) {
            slots.setRelease(stripe * SLOTS + (int) (at & SLOTS - 1), line);
            written.setRelease(stripe * PADDING, at + 1);
        }
    }

    /** Hands over what was recorded. */
    void drain(Consumer<Line> touched) {
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            long from = drained.getPlain(stripe * PADDING);
            long to = written.getAcquire(stripe * PADDING);
            if (from == to) {
                continue;
            }
            for (long at = from; at < to; at++) {
                Line line = slots.getAndSet(stripe * SLOTS + (int) (at & SLOTS - 1), null);
                if (line != null) {
                    touched.accept(line);
                }
            }
            drained.setOpaque(stripe * PADDING, to);
        }
    }
}
