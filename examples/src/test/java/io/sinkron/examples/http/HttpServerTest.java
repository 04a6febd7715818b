package io.sinkron.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.RawConnection;
import io.sinkron.examples.testkit.RawConnection.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server without the library: limits, order, waiting, disconnects. */
class HttpServerTest {
    private static final HttpLimits LIMITS = HttpLimits.DEFAULT
            .withTimes(Duration.ofMillis(400), Duration.ofMillis(600), Duration.ofMillis(1_500), Duration.ofSeconds(5))
            .withConnections(50);

    /** What waits for its answer; {@code /wait} puts a call here. */
    private final BlockingQueue<CompletableFuture<String>> waiting = new LinkedBlockingQueue<>();

    private final AtomicInteger givenBack = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.start(
                new InetSocketAddress("127.0.0.1", 0), LIMITS, this::handle, () -> Map.of("Sinkron-Node", "test"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Pending<Response> handle(Request request) {
        if (request.rawPath().equals("/wait")) {
            CompletableFuture<String> call = new CompletableFuture<>();
            waiting.add(call);
            return Pending.of(call)
                    .map(text -> Response.ok(w -> w.text("answer", text)).orElse(givenBack::incrementAndGet));
        }
        if (request.rawPath().equals("/fail")) {
            throw new IllegalStateException("a mistake in a handler");
        }
        if (request.rawPath().equals("/big")) {
            return Pending.of(Response.of(200, "application/octet-stream", new byte[16 << 20]));
        }
        String seen = request.method() + " " + request.rawPath() + " "
                + request.header("X").orElse("-");
        return Pending.of(Response.ok(w -> w.text("seen", seen)));
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(server.port());
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n";
    }

    @Test
    void requestsOfOneConnectionAreAnsweredInOrder() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/wait") + get("/a") + get("/b"));
            waiting.take().complete("first");
            assertTrue(client.read().body().contains("first"));
            assertTrue(client.read().body().contains("GET /a"));
            Answer last = client.read();
            assertTrue(last.body().contains("GET /b"));
            assertEquals("test", last.headers().get("Sinkron-Node"));
            assertEquals("application/json", last.headers().get("Content-Type"));
        }
    }

    @Test
    void tenThousandPipelinedRequestsAreAllAnswered() throws Exception {
        try (RawConnection client = connect()) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        client.send(get("/a").repeat(100));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            for (int i = 0; i < 10_000; i++) {
                assertEquals(200, client.read().status());
            }
            sender.join();
        }
    }

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

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAnswerToHeadHasNoBody() throws Exception {
        try (RawConnection client = connect()) {
            client.send("HEAD /a HTTP/1.1\r\nHost: test\r\n\r\n");
            Answer answer = client.readOne(false);
            assertEquals(200, answer.status());
            assertEquals(
                    Integer.toString("{\"seen\":\"GET /a -\"}".length()),
                    answer.headers().get("Content-Length"));
            client.send(get("/b"));
            assertTrue(client.read().body().contains("/b"));
        }
    }

    @Test
    void theConnectionEndsWhenItIsAskedTo() throws Exception {
        try (RawConnection client = connect()) {
            client.send("GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" + get("/b"));
            assertEquals("close", client.read().headers().get("Connection"));
            assertTrue(client.isClosed());
        }
        try (RawConnection client = connect()) {
            client.send("GET /a HTTP/1.0\r\n\r\n");
            assertEquals(200, client.read().status());
            assertTrue(client.isClosed());
        }
    }

    @Test
    void aFailingHandlerIsAnInternalProblem() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/fail"));
            Answer answer = client.read();
            assertEquals(500, answer.status());
            assertFalse(answer.body().contains("mistake"), "what went wrong inside is nobody's business");
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
        for (String start : slow) {
            try (RawConnection client = connect()) {
                client.send(start);
                assertEquals(408, client.read().status(), start);
                assertTrue(client.isClosed());
            }
        }
        try (RawConnection silent = connect()) {
            assertTrue(silent.isClosed());
        }
    }

    @Test
    void aByteNowAndThenDoesNotKeepAHeadOpen() throws Exception {
        try (RawConnection client = connect()) {
            long began = System.nanoTime();
            client.send("GET /a HTTP/1.1\r\nX: ");
            Thread drip = new Thread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        client.send("x");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            drip.start();
            assertEquals(408, client.read().status());
            assertTrue(System.nanoTime() - began < 3_000_000_000L);
            drip.interrupt();
            drip.join();
        }
    }

    @Test
    void aWaitIsNotCutOffByTheIdleTime() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/wait"));
            CompletableFuture<String> call = waiting.take();
            Thread.sleep(1_800);
            call.complete("patience");
            assertTrue(client.read().body().contains("patience"));
        }
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws Exception {
        HttpServer impatient = HttpServer.start(
                new InetSocketAddress("127.0.0.1", 0),
                LIMITS.withTimes(LIMITS.headTime(), LIMITS.bodyTime(), LIMITS.idleTime(), Duration.ofMillis(300)),
                this::handle,
                Map::of);
        try (RawConnection client = new RawConnection(impatient.port())) {
            client.send(get("/big"));
            eventually(() -> impatient.connections() == 1);
            eventually(() -> impatient.connections() == 0);
        } finally {
            impatient.close();
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

    @Test
    void aDisconnectCancelsWhatIsWaitedFor() throws Exception {
        RawConnection client = connect();
        client.send(get("/wait"));
        CompletableFuture<String> call = waiting.take();
        client.close();
        eventually(call::isCancelled);
        assertEquals(0, givenBack.get());
    }

    @Test
    void anAnswerThatCannotBeWrittenIsGivenBack() throws Exception {
        CompletableFuture<String> uncancellable = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return false;
            }
        };
        HttpServer other = HttpServer.start(
                new InetSocketAddress("127.0.0.1", 0),
                LIMITS,
                request -> {
                    waiting.add(uncancellable);
                    return Pending.of(uncancellable)
                            .map(text ->
                                    Response.ok(w -> w.text("answer", text)).orElse(givenBack::incrementAndGet));
                },
                Map::of);
        try (RawConnection gone = new RawConnection(other.port())) {
            gone.send(get("/wait"));
            waiting.take();
            gone.reset();
            eventually(() -> other.connections() == 0);
            uncancellable.complete("too late");
            eventually(() -> givenBack.get() == 1);
        } finally {
            other.close();
        }
    }

    @Test
    void aHalfCloseIsNoDisconnect() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/wait") + get("/a"));
            CompletableFuture<String> call = waiting.take();
            client.endOutput();
            Thread.sleep(700);
            assertFalse(call.isDone());
            call.complete("still there");
            assertTrue(client.read().body().contains("still there"));
            assertTrue(client.read().body().contains("GET /a"));
            assertTrue(client.isClosed());
        }
    }

    @Test
    void closingAnswersWhatRunsAndCancelsWhatWaits() throws Exception {
        try (RawConnection client = connect()) {
            client.send(get("/wait"));
            CompletableFuture<String> call = waiting.take();
            Thread closing = new Thread(server::close);
            closing.start();
            eventually(call::isCancelled);
            assertEquals(500, client.read().status());
            closing.join();
            assertThrows(IOException.class, this::connect);
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        IOException refused = assertThrows(
                IOException.class,
                () -> HttpServer.start(
                        new InetSocketAddress("127.0.0.1", server.port()), LIMITS, this::handle, Map::of));
        assertTrue(refused.getMessage().contains(":" + server.port()), refused.getMessage());
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "never happened");
            Thread.sleep(10);
        }
    }
}
