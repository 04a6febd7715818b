package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.Program;
import io.sinkron.examples.testkit.Specification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/** A server whose queues and cache memory are in Redis. */
class RedisServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Program server(String redis, String data) throws Exception {
        return Program.start(
                "server",
                "--id",
                "n1",
                "--peers",
                "n1=127.0.0.1:" + LocalNodes.freePorts(1).get(0),
                "--http",
                "127.0.0.1:0",
                "--data-dir",
                directory.resolve(data).toString(),
                "--redis",
                redis);
    }

    @Test
    void aRefusedRedisIsOneLineWithoutThePasswordAndStatusOne() throws Exception {
        int port = LocalNodes.freePorts(1).get(0);
        try (Program server = server("redis://user:secret@127.0.0.1:" + port, "refused")) {
            assertEquals(1, server.await(PATIENCE));
            assertEquals(1, server.err().size(), server.err().toString());
            assertTrue(server.err().get(0).contains("--redis"), server.err().toString());
            assertTrue(
                    server.err().get(0).contains(Integer.toString(port)),
                    server.err().toString());
            assertFalse(server.err().get(0).contains("secret"), server.err().toString());
        }
    }

    @Test
    void aBadUriIsOneLineWithoutThePasswordAndStatusTwo() throws Exception {
        try (Program server = server("http://user:secret@127.0.0.1", "bad")) {
            assertEquals(2, server.await(PATIENCE));
            assertEquals(1, server.err().size(), server.err().toString());
            assertTrue(server.err().get(0).contains("--redis"), server.err().toString());
            assertFalse(server.err().get(0).contains("secret"), server.err().toString());
        }
    }

    @Test
    void queuesAndValuesAreInRedis() throws Exception {
        int port = LocalNodes.freePorts(1).get(0);
        RedisServer redis = RedisServer.newRedisServer()
                .port(port)
                .setting("bind 127.0.0.1")
                .setting("save \"\"")
                .build();
        redis.start();
        try (Program server = server("redis://127.0.0.1:" + port, "good")) {
            String ready = server.awaitLine(line -> line.startsWith("ready "), PATIENCE);
            ApiCaller api = new ApiCaller(new Specification(), "http://" + ready.substring(ready.indexOf("http=") + 5));
            api.call("POST", "/queues/q/enqueue", "{'messages':[{'body':'x'}]}").is(201);
            assertEquals(
                    "x",
                    api.call("POST", "/queues/q/dequeue")
                            .is(200)
                            .body()
                            .at("/messages/0/body")
                            .asText());
            api.call("POST", "/cache/k", "{'value':'v'}").is(200);
            assertEquals("v", api.call("GET", "/cache/k").is(200).text("value"));
            assertTrue(
                    server.out().stream().anyMatch(line -> line.contains("appendonly")),
                    server.out().toString());
            redis.stop();
            ApiCaller.Answer away = api.call("POST", "/queues/q/enqueue?timeout_ms=500", "{'messages':[{'body':'y'}]}");
            assertTrue(away.status() == 503 || away.status() == 504, away.toString());
        } finally {
            redis.stop();
        }
    }

    private RedisServer durableRedis(int port) throws Exception {
        Path data = Files.createDirectories(directory.resolve("redis"));
        return RedisServer.newRedisServer()
                .port(port)
                .setting("bind 127.0.0.1")
                .setting("save \"\"")
                .setting("dir " + data)
                .setting("appendonly yes")
                .setting("appendfsync always")
                .build();
    }

    @Test
    void whatWasAcknowledgedIsThereAndAllGoesOnWhenRedisIsBack() throws Exception {
        int port = LocalNodes.freePorts(1).get(0);
        RedisServer first = durableRedis(port);
        RedisServer second = durableRedis(port);
        first.start();
        try (Program server = server("redis://127.0.0.1:" + port, "restart")) {
            String ready = server.awaitLine(line -> line.startsWith("ready "), PATIENCE);
            ApiCaller api = new ApiCaller(new Specification(), "http://" + ready.substring(ready.indexOf("http=") + 5));
            api.call("POST", "/queues/q/enqueue", "{'messages':[{'body':'x'}]}").is(201);
            api.call("POST", "/cache/k", "{'value':'v'}").is(200);
            first.stop();
            ApiCaller.Answer away = api.call("POST", "/queues/q/enqueue?timeout_ms=500", "{'messages':[{'body':'y'}]}");
            assertTrue(away.status() == 503 || away.status() == 504, away.toString());
            second.start();
            api.call("PUT", "/queues/q?timeout_ms=20000", "{}").is(200);
            assertEquals(
                    "x",
                    api.call("POST", "/queues/q/dequeue")
                            .is(200)
                            .body()
                            .at("/messages/0/body")
                            .asText());
            assertEquals(
                    "v", api.call("GET", "/cache/k?timeout_ms=20000").is(200).text("value"));
            api.call("POST", "/cache/k?timeout_ms=20000", "{'value':'w'}").is(200);
        } finally {
            first.stop();
            second.stop();
        }
    }
}
