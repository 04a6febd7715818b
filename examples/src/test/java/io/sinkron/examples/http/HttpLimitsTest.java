package io.sinkron.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.RawConnection;
import io.sinkron.examples.testkit.RawConnection.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may not do, to the byte: sizes, malformed HTTP, slowness, numbers. */
class HttpLimitsTest extends ServerFixture {
    @Test
    void nothingMoreIsReadBehindABoundedNumberOfWaitingRequests() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/wait"));
            CompletableFuture<String> first = waiting.take();
            int rounds = 200;
            String body = "x".repeat(512 * 1024);
            AtomicInteger sent = new AtomicInteger();
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < rounds; i++) {
                        client.send("POST", "/a", body);
                        sent.incrementAndGet();
                    }
                } catch (IOException e) {
                    assertTrue(sent.get() < rounds);
                }
            });
            sender.start();
            // What the system's own buffers hold is sent, a few megabytes; then the sender has to stop.
            eventually(() -> {
                int before = sent.get();
                sleep(500);
                return sent.get() == before;
            });
            assertTrue(sent.get() < rounds, "everything was read: " + sent.get());
            assertEquals(null, waiting.poll(), "a second one began before the first had ended");
            first.complete("1");
            for (int i = 0; i < 4; i++) {
                assertEquals(200, client.read().status());
            }
            client.reset();
            sender.join();
        }
    }

    @Test
    void theBodyMayHaveExactlyTheLimit() throws Exception {
        try (RawConnection client = connect()) {
            client.send("POST", "/a", "x".repeat(LIMITS.bodyBytes()));
            assertEquals(200, client.read().status());
            client.send("POST", "/a", "x".repeat(LIMITS.bodyBytes() + 1));
            Answer refused = client.read();
            assertEquals(413, refused.status());
            assertTrue(refused.body().contains("\"code\":\"too-large\""));
            assertTrue(client.isClosed());
        }
    }

    @Test
    void chunksMayHaveExactlyTheLimitTogether() throws Exception {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        try (RawConnection client = connect()) {
            client.send("POST /a HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(16)
                    + "0\r\n\r\n");
            assertEquals(200, client.read().status());
            client.send("POST /a HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(17));
            assertEquals(413, client.read().status());
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOnOrNot() throws Exception {
        try (RawConnection client = connect()) {
            client.send("POST /a HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
            assertEquals(100, client.readOne(true).status());
            client.send("x");
            assertEquals(200, client.readOne(true).status());
            client.send("POST /a HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
            assertEquals(413, client.readOne(true).status());
        }
        try (RawConnection client = connect()) {
            client.send("POST /a HTTP/1.1\r\nHost: test\r\nExpect: the-impossible\r\nContent-Length: 1\r\n\r\n");
            assertEquals(417, client.readOne(true).status());
        }
    }

    @Test
    void theRequestLineMayHaveExactlyTheLimit() throws Exception {
        int around = "GET  HTTP/1.1".length();
        String longest = "/" + "x".repeat(LIMITS.requestLineBytes() - around - 1);
        try (RawConnection client = connect()) {
            client.send(get(longest));
            assertEquals(200, client.read().status());
            client.send(get(longest + "x"));
            assertEquals(414, client.read().status());
            assertTrue(client.isClosed());
        }
    }

    @Test
    void headersMayHaveExactlyTheLimits() throws Exception {
        String field = "X: " + "x".repeat(LIMITS.headerBytes() - 3) + "\r\n";
        try (RawConnection client = connect()) {
            client.send("GET /a HTTP/1.1\r\nHost: test\r\n" + field + "\r\n");
            assertEquals(200, client.read().status());
            client.send("GET /a HTTP/1.1\r\nHost: test\r\n" + field.replace("X:", "XX:") + "\r\n");
            assertEquals(431, client.read().status());
        }
        try (RawConnection client = connect()) {
            client.send("GET /a HTTP/1.1\r\nHost: test\r\n" + "Y: y\r\n".repeat(99) + "\r\n");
            assertEquals(200, client.read().status());
            client.send("GET /a HTTP/1.1\r\nHost: test\r\n" + "Y: y\r\n".repeat(100) + "\r\n");
            assertEquals(431, client.read().status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a HTTP/1.1\r\n\r\n",
                "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                "GET /a HTTP/1.1\r\nHost: t\r\nBad Name: x\r\n\r\n",
                "GET /a HTTP/1.1\r\nHost: t\r\nX : y\r\n\r\n",
                "GET /a HTTP/9\r\nHost: t\r\n\r\n",
                "nonsense\r\n\r\n",
            })
    void malformedHttpIsABadRequestAndTheEndOfTheConnection(String text) throws Exception {
        try (RawConnection client = connect()) {
            client.send(text);
            Answer answer = client.read();
            assertEquals(400, answer.status(), answer.body());
            assertTrue(answer.body().contains("\"field\":"));
            assertEquals("test", answer.headers().get("Sinkron-Node"));
            assertTrue(client.isClosed());
        }
    }

    @Test
    void whatWasAskedBeforeTheNonsenseIsAnsweredFirst() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/wait") + "nonsense\r\n\r\n");
            waiting.take().complete("well");
            assertEquals(200, client.read().status());
            assertEquals(400, client.read().status());
        }
    }

    @Test
    void slowClientsAreCutOff() throws Exception {
        List<String> slow = List.of(
                "GET /a HTTP/1.1\r\nHo",
                "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc",
                "POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        try (HttpServer impatient = start(IMPATIENT)) {
            for (String start : slow) {
                try (RawConnection client = new RawConnection(impatient.port())) {
                    client.send(start);
                    assertEquals(408, client.read().status(), start);
                    assertTrue(client.isClosed());
                }
            }
            try (RawConnection silent = new RawConnection(impatient.port())) {
                assertTrue(silent.isClosed());
            }
        }
    }

    @Test
    void aByteNowAndThenDoesNotKeepAHeadOpen() throws Exception {
        try (HttpServer impatient = start(IMPATIENT);
                RawConnection client = new RawConnection(impatient.port())) {
            client.send("GET /a HTTP/1.1\r\nX: ");
            Thread drip = new Thread(() -> {
                try {
                    for (int i = 0; i < 400; i++) {
                        client.send("x");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            drip.start();
            assertEquals(408, client.read().status());
            assertTrue(drip.isAlive(), "it was still dripping");
            drip.interrupt();
            drip.join();
        }
    }

    @Test
    void aWaitIsNotCutOffByTheIdleTime() throws Exception {
        try (HttpServer impatient = start(IMPATIENT);
                RawConnection client = new RawConnection(impatient.port())) {
            client.send(get("/wait"));
            CompletableFuture<String> call = waiting.take();
            Thread.sleep(1_800);
            call.complete("patience");
            assertTrue(client.read().body().contains("patience"));
        }
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws Exception {
        try (HttpServer impatient = start(IMPATIENT);
                RawConnection client = new RawConnection(impatient.port())) {
            client.send(get("/big"));
            eventually(() -> impatient.connections() == 1);
            eventually(() -> impatient.connections() == 0);
        }
    }

    @Test
    void aThousandSlowClientsDoNotSlowTheOthers() throws Exception {
        List<RawConnection> slow = new ArrayList<>();
        try (HttpServer server = start(HttpLimits.DEFAULT)) {
            for (int i = 0; i < 1_000; i++) {
                RawConnection client = new RawConnection(server.port());
                client.send(
                        i % 2 == 0
                                ? "GET /a HTTP/1.1\r\nX:"
                                : "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nx");
                slow.add(client);
            }
            long began = System.nanoTime();
            try (RawConnection client = new RawConnection(server.port())) {
                client.send(get("/a"));
                assertEquals(200, client.read().status());
            }
            assertTrue(System.nanoTime() - began < 1_000_000_000L, "it took a second or more");
        } finally {
            for (RawConnection client : slow) {
                client.close();
            }
        }
    }

    @Test
    void oneConnectionTooManyIsClosedAndTheOthersGoOn() throws Exception {
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < LIMITS.connections(); i++) {
            RawConnection client = connect();
            client.send(get("/a"));
            assertEquals(200, client.read().status());
            clients.add(client);
        }
        try (RawConnection extra = connect()) {
            assertTrue(extra.isClosed());
        }
        clients.get(0).send(get("/a"));
        assertEquals(200, clients.get(0).read().status());
        for (RawConnection client : clients) {
            client.close();
        }
        eventually(() -> server.connections() == 0);
    }
}
