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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The server without the library: order, waiting, disconnects, closing. */
class HttpServerTest extends ServerFixture {
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
}
