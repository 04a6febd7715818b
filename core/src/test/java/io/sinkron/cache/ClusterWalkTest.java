package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import org.junit.jupiter.api.Test;

/** Long random walks where the state space is too large to search; a failure names its seed. */
class ClusterWalkTest {
    private static final int SEEDS = 60;

    @Test
    void fourNodesStayCoherentThroughLossCrashesAndPartitions() {
        long answered = 0;
        long views = 0;
        long audited = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            ClusterWalk walk = new ClusterWalk(seed, 4, 8);
            try {
                walk.loss = (int) (seed % 4) * 5;
                walk.runFor(1_000);
                walk.trouble();
                walk.runFor(40_000);
                answered += walk.answered;
                views += walk.epoch();
                for (ClusterWalk.Box box : walk.boxes) {
                    audited += box.lines.stats().audited();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
        assertTrue(answered > 50_000, "only " + answered + " calls were answered");
        assertTrue(views > SEEDS * 5, "only " + views + " views");
        assertTrue(audited > 1_000, "only " + audited + " audits came to a verdict");
    }

    @Test
    void afterTheTroublesEveryNodeReadsTheSame() {
        for (long seed = 1; seed <= 10; seed++) {
            ClusterWalk walk = new ClusterWalk(1_000 + seed, 3, 6);
            walk.loss = 10;
            walk.runFor(8_000);
            walk.loss = 0;
            walk.runFor(6_000);
            int refusedBefore = walk.refused;
            for (ClusterWalk.Box box : walk.boxes) {
                for (Bytes key : walk.keys) {
                    walk.call(box, new CacheRequest.Get(key));
                    walk.runFor(200);
                }
            }
            assertEquals(refusedBefore, walk.refused, "seed " + seed);
        }
    }
}
