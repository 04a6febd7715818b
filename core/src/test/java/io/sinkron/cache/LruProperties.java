package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Who is in the table after any calls: the same keys as in a naive LRU, whether lines leave clean or dirty, read in a turn or by another thread. */
class LruProperties {
    private static final int CAPACITY = 4;
    private static final int KEYS = 9;

    @Property(tries = 300)
    void theTableHoldsTheMostRecentlyUsedKeys(
            @ForAll @Size(max = 60) List<@IntRange(max = 4 * KEYS - 1) Integer> uses) {
        Lone lone = new Lone(CacheOptions.DEFAULT.withCapacity(CAPACITY, 1 << 20));
        Map<String, Boolean> model = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > CAPACITY;
            }
        };
        for (int use : uses) {
            String key = "k" + use % KEYS;
            switch (use / KEYS) {
                case 0 -> lone.put(key, "v", Durability.WRITE_BACK);
                case 1 -> lone.put(key, "w", Durability.WRITE_THROUGH);
                case 2 -> lone.get(key);
                default -> {
                    if (lone.lines.read(Bytes.utf8(key), () -> 0) == null) {
                        continue;
                    }
                }
            }
            model.put(key, true);
            assertTrue(lone.lines.size() <= CAPACITY);
        }
        lone.tick(0);
        TreeSet<String> held = new TreeSet<>();
        for (Line line : lone.lines.all()) {
            held.add(line.key.asUtf8());
        }
        assertEquals(new TreeSet<>(model.keySet()), held);
    }
}
