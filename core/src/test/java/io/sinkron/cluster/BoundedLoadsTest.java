package io.sinkron.cluster;

import static io.sinkron.cluster.Views.numbered;
import static io.sinkron.cluster.Views.weighted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundedLoadsTest {
    @ParameterizedTest
    @CsvSource({"5, 10, 1.0", "5, 20, 1.25", "5, 100, 1.1", "7, 1000, 1.1", "3, 1, 1.0", "1, 10, 1.0"})
    void nobodyHasMoreThanTheBound(int nodes, int keys, double factor) {
        for (int seed = 0; seed < 20; seed++) {
            SortedMap<String, NodeId> placed = BoundedLoads.assign(Ring.of(numbered(nodes), seed), keys(keys), factor);
            assertEquals(keys, placed.size());
            long bound = (long) Math.ceil(factor * keys / nodes);
            counts(placed).forEach((node, count) -> assertTrue(count <= bound, node + " has " + count));
        }
    }

    @Test
    void theBoundFollowsWeights() {
        View view = new View(1, List.of(weighted("a", 1), weighted("b", 3)));
        Map<NodeId, Integer> counts = counts(BoundedLoads.assign(Ring.of(view, 0), keys(400), 1));
        assertEquals(100, counts.get(NodeId.of("a")));
        assertEquals(300, counts.get(NodeId.of("b")));
    }

    @Test
    void withoutPressureEveryKeyIsWithItsOwner() {
        Ring ring = Ring.of(numbered(5), 0);
        BoundedLoads.assign(ring, keys(200), 100).forEach((key, node) -> assertEquals(ring.owner(key), node));
    }

    @Test
    void theOrderAndRepetitionOfKeysDoNotMatter() {
        Ring ring = Ring.of(numbered(5), 0);
        List<String> shuffled = new ArrayList<>(keys(200));
        shuffled.addAll(keys(50));
        Collections.shuffle(shuffled, new Random(1));
        assertEquals(BoundedLoads.assign(ring, keys(200), 1.1), BoundedLoads.assign(ring, shuffled, 1.1));
    }

    @Test
    void aLeaverMovesLittleMoreThanItsOwnKeys() {
        View view = numbered(5);
        int moved = 0;
        int seeds = 30;
        for (int seed = 0; seed < seeds; seed++) {
            SortedMap<String, NodeId> before = BoundedLoads.assign(Ring.of(view, seed), keys(1000), 1.25);
            SortedMap<String, NodeId> after =
                    BoundedLoads.assign(Ring.of(Views.without(view, NodeId.of("n02")), seed), keys(1000), 1.25);
            moved += (int) before.keySet().stream()
                    .filter(key -> !before.get(key).equals(after.get(key)))
                    .count();
        }
        assertTrue(moved / (1000.0 * seeds) < 0.25, "moved " + moved / (1000.0 * seeds) + " of the keys, ideal is 0.2");
    }

    @Test
    void badArgumentsAreRefused() {
        Ring ring = Ring.of(numbered(2), 0);
        assertThrows(IllegalArgumentException.class, () -> BoundedLoads.assign(ring, keys(2), 0.99));
        assertThrows(IllegalArgumentException.class, () -> BoundedLoads.assign(ring, keys(2), Double.NaN));
        Ring empty = Ring.of(View.EMPTY, 0);
        assertThrows(IllegalStateException.class, () -> BoundedLoads.assign(empty, keys(2), 1));
        assertTrue(BoundedLoads.assign(empty, List.of(), 1).isEmpty());
    }

    private static List<String> keys(int count) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add("queue-" + i);
        }
        return keys;
    }

    private static Map<NodeId, Integer> counts(SortedMap<String, NodeId> placed) {
        Map<NodeId, Integer> counts = new TreeMap<>();
        placed.values().forEach(node -> counts.merge(node, 1, Integer::sum));
        return counts;
    }
}
