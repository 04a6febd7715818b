package io.sinkron.cluster;

import static io.sinkron.cluster.Views.member;
import static io.sinkron.cluster.Views.numbered;
import static io.sinkron.cluster.Views.view;
import static io.sinkron.cluster.Views.weighted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingTest {
    @Test
    void anEmptyRingOwnsNothing() {
        Ring ring = Ring.of(View.EMPTY, Ring.DEFAULT_SEED);
        assertTrue(ring.isEmpty());
        assertEquals(List.of(), ring.preference("key", 3));
        assertTrue(ring.shares().isEmpty());
        assertThrows(IllegalStateException.class, () -> ring.owner("key"));
    }

    @Test
    void oneNodeOwnsEverything() {
        Ring ring = Ring.of(view(1, "n1"), Ring.DEFAULT_SEED);
        assertFalse(ring.isEmpty());
        for (int i = 0; i < 1000; i++) {
            assertEquals(NodeId.of("n1"), ring.owner("key-" + i));
        }
        assertEquals(List.of(NodeId.of("n1")), ring.preference("key", 3));
        assertEquals(1.0, ring.shares().get(NodeId.of("n1")));
    }

    @Test
    void aTextAndItsBytesHaveTheSameOwner() {
        Ring ring = Ring.of(numbered(7), 3);
        for (String key : List.of("", "orders", "ключ", "x".repeat(100))) {
            assertEquals(ring.owner(key), ring.owner(Bytes.utf8(key)));
            assertEquals(ring.preference(key, 4), ring.preference(Bytes.utf8(key), 4));
        }
    }

    @Test
    void aRestartOrANewAddressMovesNothing() {
        View before = view(1, "n1", "n2", "n3");
        View after = new View(
                9,
                List.of(
                        member("n1", 1),
                        new Member(NodeId.of("n2"), 77, 1, "elsewhere:7", "http://elsewhere"),
                        member("n3", 2)));
        Ring old = Ring.of(before, 5);
        Ring renewed = Ring.of(after, 5);
        for (int i = 0; i < 2000; i++) {
            assertEquals(old.preference("key-" + i, 3), renewed.preference("key-" + i, 3));
        }
    }

    @Test
    void theSeedMatters() {
        Ring one = Ring.of(numbered(5), 1);
        Ring other = Ring.of(numbered(5), 2);
        long same = 0;
        for (int i = 0; i < 2000; i++) {
            same += one.owner("key-" + i).equals(other.owner("key-" + i)) ? 1 : 0;
        }
        assertTrue(same < 800, "same owner for " + same + " of 2000 keys, expected a fifth");
    }

    @Test
    void aPreferenceBeginsWithTheOwnerAndNamesEachNodeOnce() {
        Ring ring = Ring.of(numbered(6), 0);
        for (int i = 0; i < 500; i++) {
            String key = "key-" + i;
            List<NodeId> all = ring.preference(key, 100);
            assertEquals(6, all.size());
            assertEquals(6, all.stream().distinct().count());
            assertEquals(ring.owner(key), all.get(0));
            assertEquals(all.subList(0, 2), ring.preference(key, 2));
            assertEquals(List.of(), ring.preference(key, 0));
        }
    }

    @Test
    void theNextInPreferenceInheritsWhatALeaverOwned() {
        View view = numbered(5);
        Ring before = Ring.of(view, 0);
        for (int i = 0; i < 500; i++) {
            String key = "key-" + i;
            List<NodeId> preference = before.preference(key, 2);
            Ring after = Ring.of(Views.without(view, preference.get(0)), 0);
            assertEquals(preference.get(1), after.owner(key));
        }
    }

    @Test
    void sharesFollowWeights() {
        View view = new View(1, List.of(weighted("a", 1), weighted("b", 2), weighted("c", 5)));
        var shares = Ring.of(view, 0).shares();
        assertEquals(1.0, shares.values().stream().mapToDouble(d -> d).sum(), 1e-9);
        assertEquals(1 / 8.0, shares.get(NodeId.of("a")), 0.03);
        assertEquals(2 / 8.0, shares.get(NodeId.of("b")), 0.05);
        assertEquals(5 / 8.0, shares.get(NodeId.of("c")), 0.07);
    }

    /** The bounds are the mean and the 99th percentile that 256 points have, with a little room: mean + 0.02, maximum + 0.08. */
    @ParameterizedTest
    @CsvSource({"3, 1.07, 1.22", "5, 1.10, 1.23", "10, 1.12, 1.26", "20, 1.14, 1.30"})
    void theGreatestShareIsNearTheMean(int nodes, double meanBound, double worstBound) {
        double sum = 0;
        double worst = 0;
        int seeds = 60;
        for (int seed = 0; seed < seeds; seed++) {
            double peak = Ring.of(numbered(nodes), seed).shares().values().stream()
                            .mapToDouble(d -> d)
                            .max()
                            .orElseThrow()
                    * nodes;
            sum += peak;
            worst = Math.max(worst, peak);
        }
        assertTrue(sum / seeds <= meanBound, "mean peak share " + sum / seeds);
        assertTrue(worst <= worstBound, "worst peak share " + worst);
    }

    @Test
    void keysFallAsSharesSay() {
        Ring ring = Ring.of(numbered(5), 0);
        TreeMap<NodeId, Integer> counts = new TreeMap<>();
        int keys = 50_000;
        for (int i = 0; i < keys; i++) {
            counts.merge(ring.owner("queue-" + i), 1, Integer::sum);
        }
        ring.shares().forEach((node, share) -> assertEquals(share, counts.get(node) / (double) keys, 0.01));
    }
}
