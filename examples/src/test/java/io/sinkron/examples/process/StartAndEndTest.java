package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.Program;
import io.sinkron.examples.testkit.Specification;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How one server process starts, refuses to start, and ends. */
class StartAndEndTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Program server(String... more) throws IOException {
        String peers = "n1=127.0.0.1:" + LocalNodes.freePorts(1).get(0);
        String[] arguments = Stream.concat(
                        Stream.of("server", "--id", "n1", "--peers", peers, "--data-dir", data().toString()),
                        Stream.of(more))
                .toArray(String[]::new);
        return Program.start(arguments);
    }

    private Path data() {
        return directory.resolve("data");
    }

    private static ApiCaller awaitReady(Program server) throws InterruptedException {
        String ready = server.awaitLine(line -> line.startsWith("ready "), PATIENCE);
        assertTrue(ready.matches("ready node=n1 http=127\\.0\\.0\\.1:\\d+"), ready);
        return new ApiCaller(new Specification(), "http://" + ready.substring(ready.indexOf("http=") + 5));
    }

    private static void assertRefused(Program server, String reason) throws InterruptedException {
        assertEquals(1, server.await(PATIENCE), () -> server.out() + " " + server.err());
        assertEquals(1, server.err().size(), server.err().toString());
        assertTrue(server.err().get(0).contains(reason), server.err().toString());
        assertEquals(List.of(), server.out());
    }

    @Test
    void aTerminatedServerDrainsAndEndsWellAndKeepsItsState() throws Exception {
        try (Program first = server("--http", "127.0.0.1:0")) {
            ApiCaller api = awaitReady(first);
            api.call("POST", "/cache/key", "{'value':'kept'}").is(200);
            api.call("POST", "/queues/q/enqueue", "{'messages':[{'body':'kept'}]}")
                    .is(201);
            var waiting = api.start("POST", "/queues/empty/dequeue", "{'wait_ms':30000}");
            Thread.sleep(200);
            first.terminate();
            assertEquals(0, first.await(PATIENCE));
            assertEquals(List.of(), first.err());
            assertTrue(
                    waiting.join().status() == 503 || waiting.join().status() == 200,
                    waiting.join().toString());
        }
        try (Program second = server("--http", "127.0.0.1:0")) {
            ApiCaller api = awaitReady(second);
            assertEquals("kept", api.call("GET", "/cache/key").is(200).text("value"));
            assertEquals(
                    "kept",
                    api.call("POST", "/queues/q/dequeue", "{'wait_ms':5000}")
                            .is(200)
                            .body()
                            .at("/messages/0/body")
                            .asText());
        }
    }

    @Test
    void optionsMayComeFromTheEnvironmentAndAFile() throws Exception {
        Path config = Files.writeString(
                directory.resolve("sinkron.properties"),
                "id=n1\nhttp=nonsense\npeers=n1=127.0.0.1:"
                        + LocalNodes.freePorts(1).get(0) + "\n");
        Map<String, String> environment = Map.of(
                "SINKRON_HTTP",
                "127.0.0.1:0",
                "SINKRON_DATA_DIR",
                data().toString(),
                "SINKRON_CONFIG",
                config.toString());
        try (Program server = Program.start(environment, "server")) {
            awaitReady(server).call("GET", "/health/ready").is(200);
        }
    }

    @Test
    void aTakenHttpPortIsOneLineAndStatusOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Program server = server("--http", "127.0.0.1:" + taken.getLocalPort())) {
            assertRefused(server, Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void aTakenTransportPortIsOneLineAndStatusOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int other = LocalNodes.freePorts(1).get(0);
            String peers = "n1=127.0.0.1:" + taken.getLocalPort() + ",n2=127.0.0.1:" + other;
            try (Program server = Program.start(
                    "server",
                    "--id",
                    "n1",
                    "--peers",
                    peers,
                    "--data-dir",
                    data().toString(),
                    "--http",
                    "127.0.0.1:0")) {
                assertRefused(server, Integer.toString(taken.getLocalPort()));
            }
        }
    }

    @Test
    void aDataDirectoryInUseIsOneLineAndStatusOne() throws Exception {
        try (Program first = server("--http", "127.0.0.1:0")) {
            ApiCaller api = awaitReady(first);
            try (Program second = server("--http", "127.0.0.1:0")) {
                assertRefused(second, data().toString());
            }
            api.call("GET", "/health/ready").is(200);
        }
    }

    @Test
    void aFlippedBitInTheLogIsOneLineAndStatusOne() throws Exception {
        try (Program first = server("--http", "127.0.0.1:0")) {
            ApiCaller api = awaitReady(first);
            for (int i = 0; i < 20; i++) {
                api.call("POST", "/cache/key", "{'value':'" + "x".repeat(200) + "'}")
                        .is(200);
            }
            first.kill();
        }
        Path log = flipOneBit();
        try (Program second = server("--http", "127.0.0.1:0")) {
            assertRefused(second, log.getFileName().toString());
        }
    }

    /** In the first half of what the largest file has, well before its end, where a torn write would be forgiven. */
    private Path flipOneBit() throws IOException {
        Path log;
        try (Stream<Path> files = Files.walk(data())) {
            log = files.filter(Files::isRegularFile)
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.seek(1_000);
            int before = file.read();
            file.seek(1_000);
            file.write(before ^ 1);
        }
        return log;
    }

    @Test
    void aDirectoryThatCannotBeMadeIsOneLineAndStatusOne() throws Exception {
        Files.writeString(data(), "a file where the directory should be");
        try (Program server = server("--http", "127.0.0.1:0")) {
            assertRefused(server, data().toString());
        }
    }
}
