package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.sinkron.LockService;
import io.sinkron.QueueService;
import io.sinkron.common.Bytes;
import io.sinkron.examples.http.Handler;
import io.sinkron.examples.http.HttpLimits;
import io.sinkron.examples.http.HttpServer;
import io.sinkron.examples.http.Router;
import io.sinkron.examples.testkit.RawConnection;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.spi.QueueAnswer.Delivery;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What was granted or popped in the very moment in which its client left is given back. The library's part is played by a fake. */
class GiveBackTest {
    /** What the fake was asked to undo. */
    private final BlockingQueue<Object> undone = new LinkedBlockingQueue<>();

    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

    /** A call whose result is there already when the cancel comes. */
    private static <T> CompletableFuture<T> unstoppable() {
        return new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return false;
            }
        };
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private <T> void leaveAndComplete(
            Router.Builder routes, String path, String body, CompletableFuture<T> call, T result) throws Exception {
        Handler handler = routes.build();
        try (HttpServer server =
                HttpServer.start(new InetSocketAddress("127.0.0.1", 0), HttpLimits.DEFAULT, handler, Map::of)) {
            RawConnection client = new RawConnection(server.port());
            client.send("POST", path, body);
            assertNotNull(begun.poll(10, TimeUnit.SECONDS));
            client.reset();
            while (server.connections() > 0) {
                Thread.sleep(5);
            }
            call.complete(result);
        }
    }

    private Object firstUndone() throws InterruptedException {
        return undone.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void aLockIsGivenBackByTheStageThatAcquiredIt() throws Exception {
        CompletableFuture<Granted> call = unstoppable();
        LockService locks = fake(LockService.class, (proxy, method, arguments) -> {
            if (method.getName().equals("acquire")) {
                begun.add("acquire");
                return call;
            }
            assertEquals("giveBack", method.getName());
            undone.add(arguments[0]);
            return null;
        });
        Router.Builder routes = Router.builder();
        new LockRoutes(locks).addTo(routes);
        Granted granted = new Granted(new LockOwner("s", "default"), "a", LockMode.EXCLUSIVE, 7, 1);
        leaveAndComplete(routes, "/locks/a/acquire", "{\"session\":\"s\",\"mode\":\"exclusive\"}", call, granted);
        assertSame(call, firstUndone());
    }

    @Test
    void deliveriesAreReturned() throws Exception {
        CompletableFuture<List<Delivery>> call = unstoppable();
        QueueService queues = fake(QueueService.class, (proxy, method, arguments) -> {
            if (method.getName().equals("dequeue")) {
                begun.add("dequeue");
                return call;
            }
            assertEquals("giveBack", method.getName());
            undone.add(arguments[1]);
            return CompletableFuture.completedFuture(null);
        });
        Router.Builder routes = Router.builder();
        new QueueRoutes(queues).addTo(routes);
        Delivery delivery = new Delivery("id", "receipt", Bytes.utf8("x"), Map.of(), 4, Optional.empty(), 1, 0, 30_000);
        leaveAndComplete(routes, "/queues/q/dequeue", "", call, List.of(delivery));
        assertEquals(List.of("receipt"), firstUndone());
    }
}
