package io.sinkron.examples.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.RawConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server without the library, and clients of it. */
abstract class ServerFixture {
    static final HttpLimits LIMITS = HttpLimits.DEFAULT.withConnections(50);

    /** So short that only tests of slowness use them. */
    static final HttpLimits IMPATIENT = LIMITS.withTimes(
            Duration.ofMillis(400), Duration.ofMillis(600), Duration.ofMillis(1_500), Duration.ofMillis(300));

    /** What waits for its answer; {@code /wait} puts a call here. */
    final BlockingQueue<CompletableFuture<String>> waiting = new LinkedBlockingQueue<>();

    final AtomicInteger givenBack = new AtomicInteger();
    HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = start(LIMITS);
    }

    HttpServer start(HttpLimits limits) throws IOException {
        return HttpServer.start(
                new InetSocketAddress("127.0.0.1", 0), limits, this::handle, () -> Map.of("Sinkron-Node", "test"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    Pending<Response> handle(Request request) {
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

    RawConnection connect() throws IOException {
        return new RawConnection(server.port());
    }

    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n";
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "never happened");
            Thread.sleep(10);
        }
    }
}
