package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Who is in a table of regions after any calls: the same lines as in a naive model that has one list of all lines in the order of their last use, takes
 * the first of the region out of it when that is full, and the first of all when the table is full.
 */
class RegionProperties {
    private static final List<String> CACHES = List.of("", "a", "b");
    private static final int[] LIMITS = {6, 2, 3};
    private static final int CAPACITY = 6;
    private static final int KEYS = 5;

    private record Use(int cache, int key) {
        Bytes line() {
            Bytes key = Bytes.utf8("k" + this.key);
            return cache == 0 ? key : CacheKeys.named(CACHES.get(cache), 1, key);
        }
    }

    private static void use(List<Use> model, Use use) {
        if (!model.remove(use)) {
            if (model.stream().filter(held -> held.cache() == use.cache()).count() == LIMITS[use.cache()]) {
                for (Iterator<Use> held = model.iterator(); ; ) {
                    if (held.next().cache() == use.cache()) {
                        held.remove();
                        break;
                    }
                }
            }
            if (model.size() == CAPACITY) {
                model.remove(0);
            }
        }
        model.add(use);
    }

    @Property(tries = 300)
    void aTableOfRegionsHoldsWhatTheNaiveModelHolds(
            @ForAll @Size(max = 80) List<@IntRange(max = 4 * 3 * KEYS - 1) Integer> steps) {
        Lone lone = new Lone(CacheOptions.DEFAULT.withCapacity(CAPACITY, 1 << 20));
        lone.node.region(-1, new CacheRegion("a", LIMITS[1], 1 << 20), lone.now);
        lone.node.region(-2, new CacheRegion("b", LIMITS[2], 1 << 20), lone.now);
        List<Use> model = new ArrayList<>();
        for (int step : steps) {
            Use use = new Use(step % 3, step / 3 % KEYS);
            switch (step / 3 / KEYS) {
                case 0 -> put(lone, use, Durability.WRITE_BACK);
                case 1 -> put(lone, use, Durability.WRITE_THROUGH);
                case 2 -> lone.call(new CacheRequest.Get(use.line()));
                default -> {
                    if (lone.lines.read(use.line(), () -> 0) == null) {
                        continue;
                    }
                }
            }
            use(model, use);
        }
        lone.tick(0);
        TreeSet<Bytes> held = new TreeSet<>();
        lone.lines.all().forEach(line -> held.add(line.key));
        TreeSet<Bytes> expected = new TreeSet<>();
        model.forEach(use -> expected.add(use.line()));
        assertEquals(expected, held);
        for (int i = 0; i < CACHES.size(); i++) {
            int cache = i;
            assertEquals(
                    model.stream().filter(use -> use.cache() == cache).count(),
                    lone.lines.stats(CACHES.get(i)).size());
        }
    }

    /** Values of all sizes, dirty and clean: what is counted is what is held, and it is never more than allowed when a turn is over. */
    @Property(tries = 200)
    void theBytesCountedAreThoseHeldAndNoMoreThanAllowed(
            @ForAll @Size(max = 60) List<@IntRange(max = 3 * KEYS * 8 - 1) Integer> steps) {
        Lone lone = new Lone(CacheOptions.DEFAULT.withCapacity(100, 64 << 10));
        lone.node.region(-1, new CacheRegion("a", 100, 20_000), lone.now);
        lone.node.region(-2, new CacheRegion("b", 100, 40_000), lone.now);
        for (int step : steps) {
            Use use = new Use(step % 3, step / 3 % KEYS);
            int size = 2_500 * (step / 3 / KEYS);
            put(lone, use, step % 2 == 0 ? Durability.WRITE_BACK : Durability.WRITE_THROUGH, "x".repeat(size));
            long[] held = new long[3];
            for (Line line : lone.lines.all()) {
                held[CACHES.indexOf(CacheKeys.region(line.key))] += line.bytes();
            }
            for (int i = 0; i < CACHES.size(); i++) {
                assertEquals(held[i], lone.lines.stats(CACHES.get(i)).bytes());
            }
            assertTrue(held[0] + held[1] + held[2] <= 64 << 10, "all: " + List.of(held[0], held[1], held[2]));
            assertTrue(held[1] <= 20_000 && held[2] <= 40_000, "regions: " + held[1] + ", " + held[2]);
        }
    }

    private static void put(Lone lone, Use use, Durability durability) {
        put(lone, use, durability, "v");
    }

    private static void put(Lone lone, Use use, Durability durability, String value) {
        lone.call(new CacheRequest.Put(use.line(), Bytes.utf8(value), -1, 0, durability, Optional.empty()));
    }
}
