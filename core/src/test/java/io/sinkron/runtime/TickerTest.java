package io.sinkron.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheEffect;
import io.sinkron.cache.CacheNode;
import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.LineTable;
import io.sinkron.cache.MemoryTable;
import io.sinkron.cache.ReadMode;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the cache's coarse time runs, and that nobody goes by one that stands still. In real time, but with no more than a bound on it. */
class TickerTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final LineTable lines = new LineTable(CacheOptions.DEFAULT);
    private final Ticker ticker = new Ticker("ticker", lines, 20);

    TickerTest() {
        CacheNode node = new CacheNode(CacheOptions.DEFAULT, NodeId.of("n1"), 1, lines, new SplittableRandom(1));
        MemoryTable memory = new MemoryTable();
        View view = new View(1, List.of(new Member(NodeId.of("n1"), 1, 1, "", "")));
        long now = System.nanoTime();
        lines.leaseUntil(now + TimeUnit.HOURS.toNanos(1));
        node.lease(true, now);
        node.viewActive(view, Ring.of(view, 0), now);
        CacheRequest.Put put =
                new CacheRequest.Put(KEY, Bytes.utf8("v"), -1, 0, CacheRequest.Durability.WRITE_BACK, Optional.empty());
        node.call(1, put, now + PATIENCE_NANOS, now);
        for (CacheEffect effect : node.effects()) {
            if (effect instanceof CacheEffect.Memory operation) {
                node.memory(operation.operation(), memory.apply(operation.op()), now);
            }
        }
        assertNotNull(lines.read(KEY, System::nanoTime));
    }

    @AfterEach
    void stop() {
        ticker.stop();
    }

    /** Reads by ticks; whether the clock had to be asked. */
    private boolean asksTheClock() {
        boolean[] isAsked = new boolean[1];
        assertNotNull(lines.read(KEY, ReadMode.TICK, () -> {
            isAsked[0] = true;
            return System.nanoTime();
        }));
        return isAsked[0];
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "nothing has happened");
            Thread.onSpinWait();
        }
    }

    @Test
    void theTickerRunsWhenSomebodyReadsByTicksAndNotBefore() {
        ticker.start();
        assertFalse(lines.isTickWanted());
        assertTrue(asksTheClock());
        await(() -> !asksTheClock());
    }

    @Test
    void whereNobodyReadsTheTickerStopsAndStartsAgainForTheNextReader() {
        ticker.start();
        await(() -> !asksTheClock());
        await(() -> !lines.isTickWanted());
        assertTrue(asksTheClock());
        await(() -> !asksTheClock());
    }

    @Test
    void aStoppedTickerLeavesNoTimeBehindThatStandsStill() {
        ticker.start();
        await(() -> !asksTheClock());
        ticker.stop();
        await(this::asksTheClock);
        assertTrue(asksTheClock());
    }
}
