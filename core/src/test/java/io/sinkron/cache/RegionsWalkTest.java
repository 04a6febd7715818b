package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import org.junit.jupiter.api.Test;

/**
 * Regions that come, go and change beside a cluster in trouble that holds written lines for a minimum time: it stays coherent, and every line is counted
 * in one region, exactly.
 */
class RegionsWalkTest {
    private static final int SEEDS = 5;
    private static final CacheOptions OPTIONS = ClusterWalk.OPTIONS.withMinHold(20 * ClusterWalk.MILLI);

    private long evictions;
    private long removed;
    private int changes;

    @Test
    void regionsAndHoldsStayRightThroughLossCrashesAndPartitions() {
        long answered = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            ClusterWalk walk = new ClusterWalk(seed, 4, 8, OPTIONS);
            for (int i = 0; i < walk.keys.size(); i++) {
                String cache = i % 3 == 0 ? "a" : "b";
                Bytes key = walk.keys.get(i);
                walk.rename(i, i % 3 == 2 ? key : CacheKeys.named(cache, 1, key));
            }
            try {
                walk.loss = (int) (seed % 4) * 5;
                walk.runFor(1_000);
                walk.trouble();
                walk.after(0, () -> change(walk));
                walk.runFor(30_000);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
            answered += walk.answered;
        }
        assertTrue(answered > 5_000, "only " + answered + " calls were answered");
        assertTrue(changes > 1_000, "only " + changes + " changes of regions");
        assertTrue(removed > 50, "only " + removed + " lines were in a region that was removed");
        assertTrue(evictions > 1_000, "only " + evictions + " evictions in named regions");
    }

    private void change(ClusterWalk walk) {
        for (ClusterWalk.Box box : walk.boxes) {
            if (!box.isUp()) {
                continue;
            }
            String name = walk.random.nextBoolean() ? "a" : "b";
            CacheStats before = box.lines.stats(name);
            if (walk.random.nextInt(4) == 0) {
                evictions += before.evictions();
                removed += before.size();
                box.node.removeRegion(-1, name, walk.now);
                assertEquals(CacheStats.NONE, box.lines.stats(name));
            } else {
                box.node.region(-1, new CacheRegion(name, 1 + walk.random.nextInt(4), 1 << 20), walk.now);
            }
            changes++;
            count(box);
        }
        walk.after(20 + walk.random.nextInt(60), () -> change(walk));
    }

    /** Every line that is here is counted once, with its bytes. */
    private static void count(ClusterWalk.Box box) {
        long[] lines = new long[3];
        long[] bytes = new long[3];
        for (Line line : box.lines.all()) {
            String region = line.region.name;
            int at = region.isEmpty() ? 0 : region.equals("a") ? 1 : 2;
            lines[at]++;
            bytes[at] += line.bytes();
        }
        for (int i = 0; i < 3; i++) {
            CacheStats stats = box.lines.stats(i == 0 ? "" : i == 1 ? "a" : "b");
            assertEquals(lines[i], stats.size());
            assertEquals(bytes[i], stats.bytes());
        }
    }
}
