package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes on real networks of which one direction is cut: no read anywhere, at any time, is older than the last write that was answered before it
 * began; whoever can reach a majority goes on; and after the cut is healed everybody does. {@code -Dsinkron.netns=true}, as root on Linux.
 */
@EnabledIfSystemProperty(named = "sinkron.netns", matches = "true")
class OneWayPartitionTest {
    private static final Duration CUT = Duration.ofSeconds(8);
    private static final Duration BACK_WITHIN = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private final AtomicLong written = new AtomicLong();
    private final AtomicIntegerArray served = new AtomicIntegerArray(ServerProcesses.COUNT);
    private final Set<String> violations = new ConcurrentSkipListSet<>();
    private volatile boolean isEnding;

    @Test
    @Timeout(180)
    void readsAreNeverStaleAndTheMajorityGoesOn() throws Exception {
        try (Namespaces network = new Namespaces();
                ServerProcesses servers = new ServerProcesses(directory, network)) {
            List<Thread> threads = new ArrayList<>();
            threads.add(run("writer", () -> write(servers)));
            for (int i = 0; i < ServerProcesses.COUNT; i++) {
                int node = i;
                threads.add(run("reader-" + i, () -> read(servers, node)));
            }
            assertEverybodyServes("at first");

            int mute = (servers.leader(0) + 1) % ServerProcesses.COUNT;
            during("a follower that hears and can't speak", network, from(mute));
            int deaf = (servers.leader(0) + 1) % ServerProcesses.COUNT;
            during("a follower that speaks and can't hear", network, to(deaf));
            int leader = servers.leader(0);
            during("a leader that hears and can't speak", network, from(leader));
            leader = servers.leader((leader + 1) % ServerProcesses.COUNT);
            during("a leader that speaks and can't hear", network, to(leader));

            isEnding = true;
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(Set.of(), violations);
        }
    }

    private record Way(int from, int to) {}

    private static List<Way> from(int node) {
        return List.of(
                new Way(node, (node + 1) % ServerProcesses.COUNT), new Way(node, (node + 2) % ServerProcesses.COUNT));
    }

    private static List<Way> to(int node) {
        return from(node).stream().map(way -> new Way(way.to, way.from)).toList();
    }

    private void during(String fault, Namespaces network, List<Way> cut) throws Exception {
        long before = written.get();
        for (Way way : cut) {
            network.cut(way.from, way.to);
        }
        Thread.sleep(CUT.toMillis());
        long during = written.get() - before;
        for (Way way : cut) {
            network.heal(way.from, way.to);
        }
        assertEquals(Set.of(), violations, fault);
        assertTrue(during > 10, () -> fault + ": only " + during + " writes went through");
        assertEverybodyServes(fault);
    }

    private void assertEverybodyServes(String after) throws InterruptedException {
        int[] before = new int[ServerProcesses.COUNT];
        for (int i = 0; i < before.length; i++) {
            before[i] = served.get(i);
        }
        long end = System.nanoTime() + BACK_WITHIN.toNanos();
        for (int i = 0; i < before.length; i++) {
            int node = i;
            while (served.get(i) <= before[i] + 5) {
                assertTrue(System.nanoTime() - end < 0, () -> "node " + node + " doesn't serve after: " + after);
                Thread.sleep(10);
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread run(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Exception | AssertionError e) {
                        violations.add(name + ": " + e);
                    }
                },
                name);
        thread.start();
        return thread;
    }

    /** Writes one value after the other, each at another node until one answers; a repetition by its key has no second effect. */
    private void write(ServerProcesses servers) throws InterruptedException {
        int turn = 0;
        for (long value = 1; !isEnding; value++) {
            String body = "{'value':'" + value + "'}";
            int status = 0;
            while (status != 200 && !isEnding) {
                ApiCaller node = servers.node(turn++ % ServerProcesses.COUNT);
                Answer answer =
                        node.call("POST", "/cache/line?timeout_ms=500", body, "Idempotency-Key", "value-" + value);
                status = answer.status();
                if (status != 200 && status != 503 && status != 504) {
                    violations.add("write: " + answer.status() + " " + answer.body());
                }
            }
            if (status == 200) {
                written.set(value);
            }
            Thread.sleep(5);
        }
    }

    private void read(ServerProcesses servers, int node) throws InterruptedException {
        while (!isEnding) {
            long atLeast = written.get();
            Answer answer = servers.node(node).call("GET", "/cache/line?timeout_ms=500");
            if (answer.status() == 200) {
                long value = Long.parseLong(answer.body().path("value").asText());
                if (value < atLeast) {
                    violations.add("node " + node + " read " + value + " after " + atLeast + " was written");
                }
                served.incrementAndGet(node);
            } else if (answer.status() != 503 && !(answer.status() == 404 && atLeast == 0)) {
                violations.add("read: " + answer.status() + " " + answer.body());
            }
            Thread.sleep(2);
        }
    }
}
