package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.RawConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node is stopped by a signal for ten times its lease, in the middle of reads, while others change what it has copies of. When it wakes, it must know by
 * itself that its copies are worth nothing: whatever it answers, late or anew, is no older than the last write that was answered before.
 */
@DisabledOnOs(OS.WINDOWS)
class PausedNodeTest {
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration AFTERWARDS = Duration.ofSeconds(4);
    private static final int READS_IN_FLIGHT = 16;
    private static final Pattern VALUE = Pattern.compile("\"value\":\"(\\d+)\"");

    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void noReadIsStaleAfterItWakes() throws Exception {
        try (ServerProcesses servers = new ServerProcesses(directory);
                OpenDoors doors = new OpenDoors()) {
            int paused = (servers.leader(0) + 1) % ServerProcesses.COUNT;
            ApiCaller sleeper = servers.node(paused);
            ApiCaller writer = servers.node((paused + 1) % ServerProcesses.COUNT);
            ApiCaller reader = servers.node((paused + 2) % ServerProcesses.COUNT);
            // One line that the sleeper shares, and one that only it has, dirty.
            put(writer, "shared", 0).is(200);
            assertEquals(0, value(sleeper.call("GET", "/cache/shared").is(200)));
            put(sleeper, "own", 1).is(200);
            assertEquals("M", state(writer, "own", ServerProcesses.id(paused)));
            assertEquals("S", state(writer, "shared", ServerProcesses.id(paused)));

            doors.open(servers.httpPort(paused));
            List<Read> asleep = pauseWithinReads(servers, paused, sleeper);
            long end = System.nanoTime() + PAUSE.toNanos();
            assertEquals(1, value(await(() -> reader.call("GET", "/cache/own"))), "what the sleeper was acknowledged");
            long shared = 0;
            long own = 1;
            while (System.nanoTime() - end < 0) {
                shared = write(writer, "shared", shared + 1);
                own = write(writer, "own", own + 1);
                assertEquals(shared, value(await(() -> reader.call("GET", "/cache/shared"))));
                Thread.sleep(50);
            }
            assertTrue(shared > 10, "only " + shared + " writes went through while it slept");
            // These lie in its sockets and are the first thing that it finds.
            asleep.addAll(reads(sleeper, shared, own));
            doors.knock();
            servers.resume(paused);
            doors.assertNotOlder(shared);
            for (Read read : asleep) {
                read.assertNotOlder();
            }
            readAfterwards(sleeper, shared, own);
            assertEquals(shared, value(await(() -> sleeper.call("GET", "/cache/shared"))));
            JsonNode states = await(() -> reader.call("GET", "/cache-states/shared"))
                    .body()
                    .path("states");
            assertEquals(ServerProcesses.COUNT, states.size(), states.toString());
            assertFalse(
                    List.of("M", "E")
                            .contains(states.path(ServerProcesses.id(paused)).asText()),
                    states.toString());
        }
    }

    /** A read that was sent, and what it must not be older than: the last write that was answered before it was sent. */
    private record Read(CompletableFuture<Answer> answer, long atLeast) {
        void assertNotOlder() {
            Answer answered = answer.join();
            if (answered.status() == 200) {
                assertTrue(value(answered) >= atLeast, () -> "read " + value(answered) + ", written was " + atLeast);
            } else {
                assertEquals(503, answered.status(), () -> answered.body().toString());
            }
        }
    }

    /** Stops the node while reads of both keys are on their way to it; some are answered before, some find it asleep. */
    private static List<Read> pauseWithinReads(ServerProcesses servers, int paused, ApiCaller sleeper)
            throws Exception {
        List<Read> reads = new ArrayList<>(reads(sleeper, 0, 1));
        servers.pause(paused);
        reads.addAll(reads(sleeper, 0, 1));
        return reads;
    }

    private static List<Read> reads(ApiCaller node, long shared, long own) {
        List<Read> reads = new ArrayList<>();
        for (int i = 0; i < READS_IN_FLIGHT; i++) {
            reads.add(new Read(node.start("GET", "/cache/shared?timeout_ms=500", null), shared));
            reads.add(new Read(node.start("GET", "/cache/own?timeout_ms=500", null), own));
        }
        return reads;
    }

    /** Reads of the woken node, begun after the writes of the others were answered, as long as it takes to come back and then some. */
    private static void readAfterwards(ApiCaller sleeper, long shared, long own) throws InterruptedException {
        long end = System.nanoTime() + AFTERWARDS.toNanos();
        int served = 0;
        while (System.nanoTime() - end < 0) {
            for (Read read : reads(sleeper, shared, own)) {
                read.assertNotOlder();
                served += read.answer().join().status() == 200 ? 1 : 0;
            }
        }
        assertTrue(served > 0, "it never came back");
    }

    /** Connections that were there before the pause: what waits in them is answered within microseconds of waking. */
    private static final class OpenDoors implements AutoCloseable {
        private final List<RawConnection> connections = new ArrayList<>();

        void open(int port) throws IOException {
            for (int i = 0; i < READS_IN_FLIGHT; i++) {
                connections.add(new RawConnection(port));
                ask(connections.get(i));
                assertEquals(200, connections.get(i).read().status());
            }
        }

        private static void ask(RawConnection connection) throws IOException {
            connection.send("GET", "/cache/shared?timeout_ms=500", "");
        }

        void knock() throws IOException {
            for (RawConnection connection : connections) {
                ask(connection);
            }
        }

        void assertNotOlder(long atLeast) throws IOException {
            for (RawConnection connection : connections) {
                RawConnection.Answer answer = connection.read();
                Matcher value = VALUE.matcher(answer.body());
                boolean isFresh = value.find() && Long.parseLong(value.group(1)) >= atLeast;
                assertTrue(answer.status() == 503 || isFresh, () -> atLeast + " was written: " + answer);
            }
        }

        @Override
        public void close() throws IOException {
            for (RawConnection connection : connections) {
                connection.close();
            }
        }
    }

    private interface Ask {
        Answer ask();
    }

    /** Asks until it is answered; while the cluster waits for the sleeper's lease to end it may be unavailable. */
    private static Answer await(Ask ask) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        Answer answer = ask.ask();
        while (answer.status() == 503 && System.nanoTime() - end < 0) {
            Thread.sleep(50);
            answer = ask.ask();
        }
        return answer.is(200);
    }

    /** Writes the next value once; a repetition by its key has no second effect. */
    private static long write(ApiCaller node, String key, long value) throws InterruptedException {
        await(() -> put(node, key, value));
        return value;
    }

    private static Answer put(ApiCaller node, String key, long value) {
        return node.call("POST", "/cache/" + key, "{'value':'" + value + "'}", "Idempotency-Key", key + "-" + value);
    }

    private static long value(Answer answer) {
        return Long.parseLong(answer.body().path("value").asText());
    }

    private static String state(ApiCaller asked, String key, String node) {
        return asked.call("GET", "/cache-states/" + key)
                .is(200)
                .body()
                .path("states")
                .path(node)
                .asText();
    }
}
