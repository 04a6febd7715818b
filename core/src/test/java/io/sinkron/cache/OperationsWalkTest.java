package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Updates, loads and listeners on random walks through loss, crashes and partitions; a failure names its seed. */
class OperationsWalkTest {
    private static final int SEEDS = 12;

    private int changes;
    private int granted;
    private int elsewhere;
    private int lost;
    private int compared;
    private long counted;

    @Test
    void updatesCountOnceLoadsNeverOverwriteAndNobodyHearsOldNewsAfterNew() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            OperationsWalk operations = new OperationsWalk(seed, seed % 3 == 0);
            try {
                run(operations, seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
        assertTrue(counted > 2_000, "only " + counted + " updates");
        assertTrue(changes > 2_000, "only " + changes + " changes told");
        assertTrue(granted > 800, "only " + granted + " claims");
        assertTrue(elsewhere > 500, "only " + elsewhere + " calls found a claim");
        assertTrue(lost > 100, "only " + lost + " late loads");
        assertTrue(compared > 20, "only " + compared + " pairs of claims with nothing in between");
    }

    private void run(OperationsWalk operations, long seed) {
        ClusterWalk walk = operations.walk;
        walk.loss = (int) (seed % 4) * 5;
        walk.runFor(1_000);
        if (seed % 3 == 1) {
            walk.trouble();
        }
        walk.runFor(15_000);
        operations.judgeCounters(counts(walk));
        operations.judgeLoads();
        changes += operations.changes;
        granted += operations.granted;
        elsewhere += operations.elsewhere;
        lost += operations.lost;
        compared += operations.compared;
    }

    /** What the counters are at the end: read when every update has ended. */
    private Map<Bytes, Long> counts(ClusterWalk walk) {
        WalkWatcher watcher = walk.watcher;
        Map<Bytes, Long> counts = new HashMap<>();
        walk.loss = 0;
        walk.isQuiet = true;
        walk.runFor(15_000);
        walk.watcher = new WalkWatcher() {
            @Override
            public CacheRequest next() {
                throw new AssertionError("the clients are quiet");
            }

            @Override
            public void answered(ClusterWalk.Box box, CacheRequest request, long began, Answer answer) {
                if (answer instanceof CacheAnswer.Value value) {
                    counts.put(request.key(), Long.parseLong(value.value().asUtf8()));
                }
            }

            @Override
            public void changed(ClusterWalk.Box box, CacheEffect.Changed change) {
                watcher.changed(box, change);
            }
        };
        // The walk cancels a call now and then, so once isn't enough.
        for (ClusterWalk.Box box : walk.boxes) {
            walk.keys.subList(0, 3).forEach(key -> walk.call(box, new CacheRequest.Get(key)));
        }
        walk.runFor(3_500);
        assertTrue(counts.size() == 3, "read " + counts);
        counts.values().forEach(count -> counted += count);
        return counts;
    }
}
