package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryOp;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Named caches in one table: each has a capacity, an order of recency and numbers of its own, and leaves nothing behind. */
class RegionsTest {
    private static final long MUCH = 1 << 20;

    private final Lone lone = new Lone(CacheOptions.DEFAULT.withCapacity(6, MUCH));
    private long nextCall = -1;

    private Answer declare(String name, int entries, long bytes) {
        long call = nextCall--;
        lone.node.region(call, new CacheRegion(name, entries, bytes), lone.now);
        lone.turn();
        return lone.answer(call);
    }

    private Answer remove(String name) {
        long call = nextCall--;
        lone.node.removeRegion(call, name, lone.now);
        lone.turn();
        return lone.answer(call);
    }

    private static Bytes key(String cache, String key) {
        return cache.isEmpty() ? Bytes.utf8(key) : CacheKeys.named(cache, 1, Bytes.utf8(key));
    }

    private long put(String cache, String key, String value, Durability durability) {
        return lone.call(new CacheRequest.Put(key(cache, key), Bytes.utf8(value), -1, 0, durability, Optional.empty()));
    }

    private void put(String cache, String... keys) {
        for (String key : keys) {
            assertInstanceOf(CacheAnswer.Written.class, lone.answer(put(cache, key, "v", Durability.WRITE_THROUGH)));
        }
    }

    private long get(String cache, String key) {
        return lone.call(new CacheRequest.Get(key(cache, key)));
    }

    /** The keys of a cache's lines here, as their users know them. */
    private TreeSet<String> held(String cache) {
        TreeSet<String> held = new TreeSet<>();
        for (Line line : lone.lines.all()) {
            if (CacheKeys.region(line.key).equals(cache)) {
                held.add(CacheKeys.visible(line.key).asUtf8());
            }
        }
        return held;
    }

    private static TreeSet<String> keys(String... keys) {
        return new TreeSet<>(List.of(keys));
    }

    @Test
    void aFullRegionLosesItsOwnColdestLineThoughOthersAreColder() {
        declare("a", 2, MUCH);
        put("", "old");
        put("a", "1", "2");
        get("a", "1");
        put("a", "3");
        assertEquals(keys("1", "3"), held("a"));
        assertEquals(keys("old"), held(""));
    }

    @Test
    void aFullTableLosesItsColdestLineWhicheverRegionThatIsIn() {
        declare("a", 6, MUCH);
        put("a", "cold", "warm");
        put("", "1", "2", "3", "4");
        put("", "5");
        assertEquals(keys("warm"), held("a"));
        put("a", "6", "7");
        assertEquals(keys("6", "7"), held("a"), "now the warm one was the coldest, and then the first of the unnamed");
        assertEquals(keys("2", "3", "4", "5"), held(""));
    }

    /** Region a waits for main memory to take its dirty line, region b only for a line that is being read. */
    @Test
    void aRegionThatWaitsForItsDirtyLinesHoldsNobodyElseUp() {
        declare("a", 1, MUCH);
        declare("b", 1, MUCH);
        put("a", "1", "v", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        long stuck = get("a", "2");
        long first = get("b", "1");
        long second = get("b", "2");
        assertEquals(keys("1"), held("b"));
        CacheEffect.Memory read = lone.asked.stream()
                .filter(asked -> asked.op() instanceof MemoryOp.GetFenced)
                .findFirst()
                .orElseThrow();
        lone.asked.remove(read);
        lone.node.memory(read.operation(), lone.memory.apply(read.op()), lone.now);
        lone.turn();
        assertNotNull(lone.answer(first));
        assertEquals(keys("2"), held("b"), "the second one has its place");
        assertNull(lone.answer(stuck));
        lone.isMemoryThere = true;
        lone.turn();
        assertNotNull(lone.answer(stuck));
        assertNotNull(lone.answer(second));
        assertEquals(keys("2"), held("a"));
    }

    @Test
    void aRegionKeepsItsLimitOfBytes() {
        declare("a", 100, 50_000);
        String large = "x".repeat(20_000);
        for (String key : List.of("1", "2", "3")) {
            put("a", key, large, Durability.WRITE_THROUGH);
        }
        assertEquals(keys("2", "3"), held("a"));
        CacheStats stats = lone.lines.stats("a");
        assertEquals(2, stats.size());
        assertEquals(lone.lines.stats().bytes(), stats.bytes());
    }

    @Test
    void aRegionMadeSmallerShrinksAtOnce() {
        assertEquals(new CacheRegion.Changed("a", false), declare("a", 5, MUCH));
        put("a", "1", "2", "3", "4");
        assertEquals(new CacheRegion.Changed("a", true), declare("a", 2, MUCH));
        assertEquals(keys("3", "4"), held("a"));
        assertEquals(2, lone.lines.stats("a").capacity());
    }

    @Test
    void linesThatCameBeforeTheirRegionGoIntoItInTheirOrder() {
        put("a", "1", "2", "3");
        put("", "x");
        get("a", "1");
        assertEquals(4, lone.lines.stats("").size());
        declare("a", 3, MUCH);
        assertEquals(1, lone.lines.stats("").size());
        assertEquals(3, lone.lines.stats("a").size());
        put("a", "4");
        assertEquals(keys("1", "3", "4"), held("a"));
    }

    @Test
    void eachRegionHasNumbersOfItsOwnAndTheSumsAreTheNodes() {
        declare("a", 2, MUCH);
        put("a", "1");
        get("a", "1");
        lone.lines.read(key("a", "1"), () -> lone.now);
        get("a", "none");
        get("", "none");
        put("a", "2");
        CacheStats a = lone.lines.stats("a");
        assertEquals(List.of(2L, 1L, 1L, 2L), List.of(a.hits(), a.misses(), a.evictions(), a.writeBacks()));
        CacheStats unnamed = lone.lines.stats("");
        assertEquals(List.of(0L, 1L, 0L), List.of(unnamed.hits(), unnamed.misses(), unnamed.evictions()));
        CacheStats all = lone.lines.stats();
        assertEquals(List.of(2L, 2L, 1L, 3L), List.of(all.hits(), all.misses(), all.evictions(), all.size()));
        assertEquals(6, all.capacity());
        assertEquals(CacheStats.NONE, lone.lines.stats("never declared"));
    }

    /** A destroyed cache leaves nothing: no lines, no counters, nobody who waits; dirty values get to main memory first. */
    @Test
    void aRemovedRegionLeavesNothingBehind() {
        declare("a", 2, MUCH);
        put("a", "clean");
        put("a", "dirty", "v", Durability.WRITE_BACK);
        lone.isMemoryThere = false;
        long parked = get("a", "parked");
        long pinned = get("", "pinned");
        CacheStats before = lone.lines.stats();
        assertEquals(new CacheRegion.Changed("a", true), remove("a"));
        assertEquals(CacheStats.NONE, lone.lines.stats("a"));
        assertEquals(before.misses(), lone.lines.stats().misses());
        assertEquals(keys("dirty", "parked"), held("a"), "what main memory hasn't got stays, and who waited asks");
        lone.isMemoryThere = true;
        lone.turn();
        assertInstanceOf(CacheAnswer.NoSuchKey.class, lone.answer(parked));
        assertNotNull(lone.answer(pinned));
        assertEquals(keys("parked"), held("a"));
        assertEquals(2, lone.lines.stats("").size());
        assertEquals(
                2,
                lone.memory.snapshot().entries().stream()
                        .filter(e -> e.value().value().asUtf8().equals("v"))
                        .count());
        assertEquals(new CacheRegion.Changed("a", false), remove("a"));
    }

    @Test
    void aRegionThatIsRemovedAndDeclaredAgainStartsFromNothing() {
        declare("a", 2, MUCH);
        put("a", "1", "2");
        remove("a");
        declare("a", 2, MUCH);
        assertEquals(0, lone.lines.stats("a").size());
        assertEquals(0, lone.lines.stats("a").bytes());
        put("a", "3", "4", "5");
        assertEquals(keys("4", "5"), held("a"));
    }

    @Test
    void thereAreOnlySoManyRegions() {
        for (int i = 0; i < CacheRegion.MAX_REGIONS; i++) {
            assertInstanceOf(CacheRegion.Changed.class, declare("r" + i, 1, MUCH));
        }
        assertInstanceOf(Refusal.Overloaded.class, declare("one more", 1, MUCH));
        assertInstanceOf(CacheRegion.Changed.class, declare("r7", 3, MUCH));
        remove("r8");
        assertInstanceOf(CacheRegion.Changed.class, declare("one more", 1, MUCH));
    }

    @Test
    void aRegionsLimitsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new CacheRegion("", 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new CacheRegion("a", 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new CacheRegion("a", 1, 0));
    }
}
