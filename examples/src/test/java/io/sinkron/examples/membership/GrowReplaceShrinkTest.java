package io.sinkron.examples.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.lock.LockAnswer.Granted;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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

    /** That each kind of work went on between two steps. */
    private static final class Progress {
        private final MovingLoad load;
        private long grants;
        private long writes;
        private int sent;

        Progress(MovingLoad load) {
            this.load = load;
        }

        void check(String step) {
            assertEquals(Set.of(), load.violations, () -> step + ": " + this);
            assertTrue(load.grants.get() > grants, () -> "no lock was granted until " + step + ": " + this);
            assertTrue(load.writes.get() > writes, () -> "nothing was written until " + step + ": " + this);
            assertTrue(load.sent() > sent, () -> "nothing was sent until " + step + ": " + this);
            grants = load.grants.get();
            writes = load.writes.get();
            sent = load.sent();
        }

        @Override
        public String toString() {
            return load.grants + " grants, " + load.writes + " writes, " + load.reads + " reads, " + load.sent()
                    + " messages, " + load.retries + " retries";
        }
    }
}
