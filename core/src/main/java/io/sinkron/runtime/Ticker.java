package io.sinkron.runtime;

import io.sinkron.cache.LineTable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that tells the cache's lines the time once a millisecond, for {@link io.sinkron.cache.ReadMode#TICK}. It wakes a thousand times a second
 * only while somebody reads: where nobody reads by ticks it looks ten times a second whether somebody does by now (until then these reads ask the
 * clock), and it stops when there was no hit for some seconds. However it ends, the lines are told that nobody ticks: a time that stood still would
 * never end a lease.
 */
final class Ticker implements Runnable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TICKS_WITHOUT_HITS = 2_000;

    private final LineTable lines;
    private final int idleTicks;
    private final Thread thread;
    private volatile boolean isStopped;

    Ticker(String name, LineTable lines) {
        this(name, lines, TICKS_WITHOUT_HITS);
    }

    /** Stops after so many ticks, to twice as many, without a hit. */
    Ticker(String name, LineTable lines, int idleTicks) {
        this.lines = lines;
        this.idleTicks = idleTicks;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Ends the thread; returns at once. */
    void stop() {
        isStopped = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        while (!isStopped) {
            if (lines.isTickWanted()) {
                tick();
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** Ticks for as long as somebody reads. */
    private void tick() {
        try {
            long hits = lines.stats().hits();
            for (int ticks = 1; !isStopped; ticks++) {
                lines.tick(System.nanoTime());
                LockSupport.parkNanos(this, TICK_NANOS);
                if (ticks % idleTicks == 0) {
                    long before = hits;
                    hits = lines.stats().hits();
                    if (hits == before) {
                        return;
                    }
                }
            }
        } finally {
            lines.stopTicking();
        }
    }
}
