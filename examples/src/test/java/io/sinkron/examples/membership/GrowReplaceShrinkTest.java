package io.sinkron.examples.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.lock.LockAnswer.Granted;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of three grows to five, replaces every node that it began with, and shrinks to three, under load. */
class GrowReplaceShrinkTest {
    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void nothingIsLostWhileEveryNodeIsReplaced() throws Exception {
        try (MovingCluster cluster = new MovingCluster(directory)) {
            MovingLoad load = new MovingLoad(cluster);
            String session = load.session();
            Granted anchor = load.acquire(session, "anchor", "anchor");
            load.start();
            Progress progress = new Progress(load);

            cluster.add("n4", "n1");
            cluster.add("n5", "n2");
            assertEquals(List.of("n1", "n2", "n3", "n4", "n5"), cluster.members("n5"));
            progress.check("grown to five");

            cluster.replace("n1", "n6");
            progress.check("n1 replaced");
            cluster.replace("n2", "n7");
            progress.check("n2 replaced");
            cluster.replace("n3", "n8");
            progress.check("n3 replaced");
            assertEquals(List.of("n4", "n5", "n6", "n7", "n8"), cluster.members("n8"));

            // The leader is removed like any other.
            String leader = cluster.leader("n8").equals("n5") ? "n5" : "n4";
            cluster.remove(leader, "n6");
            progress.check(leader + " removed");
            cluster.remove(leader.equals("n4") ? "n5" : "n4", "n7");
            assertEquals(List.of("n6", "n7", "n8"), cluster.members("n6"));
            progress.check("shrunk to three");

            load.finish();
            assertEquals(Set.of(), load.violations, () -> "after " + progress);
            Granted still = load.acquire(session, "anchor", "anchor-again");
            assertEquals(anchor.token(), still.token(), "the lock that was held all the while is held still");
            assertTrue(load.retries.get() < load.grants.get() + load.writes.get() + load.sent(), progress::toString);
        }
    }

    /** That each kind of work goes on after each step, by what the documented retries allow for at the latest. */
    private static final class Progress {
        private final MovingLoad load;

        Progress(MovingLoad load) {
            this.load = load;
        }

        void check(String step) throws InterruptedException {
            long grants = load.grants.get();
            long writes = load.writes.get();
            int sent = load.sent();
            await(() -> load.grants.get() > grants, "no lock was granted after " + step);
            await(() -> load.writes.get() > writes, "nothing was written after " + step);
            await(() -> load.sent() > sent, "nothing was sent after " + step);
            assertEquals(Set.of(), load.violations, () -> step + ": " + this);
        }

        private void await(BooleanSupplier isSo, String otherwise) throws InterruptedException {
            long end = System.nanoTime() + MovingLoad.PATIENCE_NANOS;
            while (!isSo.getAsBoolean()) {
                assertTrue(System.nanoTime() - end < 0, () -> otherwise + ": " + this);
                Thread.sleep(5);
            }
        }

        @Override
        public String toString() {
            return load.grants + " grants, " + load.writes + " writes, " + load.reads + " reads, " + load.sent()
                    + " messages, " + load.retries + " retries, longest call " + load.longestMillis + " ms; "
                    + load.violations;
        }
    }
}
