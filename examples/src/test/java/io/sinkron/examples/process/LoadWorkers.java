package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that lock, send, receive and write through two nodes until they are stopped, and remember what was acknowledged. Each request has an idempotency
 * key and is repeated with it until it is answered for certain.
 */
final class LoadWorkers {
    private final List<ApiCaller> nodes;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Set<Throwable> failures = ConcurrentHashMap.newKeySet();

    private final Set<String> enqueued = ConcurrentHashMap.newKeySet();
    private final Set<String> consumed = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> written = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentLinkedQueue<Long>> successes = new ConcurrentHashMap<>();
    private final AtomicInteger holders = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final ConcurrentLinkedQueue<Long> tokens = new ConcurrentLinkedQueue<>();
    private final AtomicLong names = new AtomicLong();

    LoadWorkers(List<ApiCaller> nodes) {
        this.nodes = nodes;
    }

    void start() {
        for (int i = 0; i < nodes.size(); i++) {
            ApiCaller node = nodes.get(i);
            String key = "load-" + i;
            worker(() -> lockOnce(node));
            worker(() -> enqueueOnce(node));
            worker(() -> consumeOnce(node));
            worker(() -> writeOnce(node, key));
        }
    }

    private void worker(Step step) {
        Thread thread = new Thread(
                () -> {
                    while (!stopped.get()) {
                        try {
                            step.run();
                        } catch (InterruptedException e) {
                            return;
                        } catch (RuntimeException | AssertionError e) {
                            failures.add(e);
                            return;
                        }
                    }
                },
                "load");
        threads.add(thread);
        thread.start();
    }

    void stop() throws InterruptedException {
        stopped.set(true);
        for (Thread thread : threads) {
            thread.join(30_000);
            assertEquals(Thread.State.TERMINATED, thread.getState());
        }
        assertEquals(Set.of(), failures);
    }

    /** Messages whose storing was acknowledged. */
    Set<String> enqueued() {
        return Set.copyOf(enqueued);
    }

    /** Messages that came out. */
    Set<String> consumed() {
        return new HashSet<>(consumed);
    }

    private void lockOnce(ApiCaller node) throws InterruptedException {
        Answer opened = certainly(node, "POST", "/sessions", "{'ttl_ms':20000}");
        String session = opened.is(201).text("session");
        Answer granted = certainly(
                node,
                "POST",
                "/locks/load/acquire",
                "{'session':'" + session + "','mode':'exclusive','wait_ms':20000}");
        long token = granted.is(200).integer("token");
        if (holders.incrementAndGet() != 1) {
            overlaps.incrementAndGet();
        }
        tokens.add(token);
        Thread.sleep(5);
        holders.decrementAndGet();
        String body = "{'session':'" + session + "','token':" + token + "}";
        certainly(node, "POST", "/locks/load/release", body).is(200);
        success("lock");
        certainly(node, "DELETE", "/sessions/" + session, null).is(204);
    }

    private void enqueueOnce(ApiCaller node) throws InterruptedException {
        String body = "m" + names.incrementAndGet();
        certainly(node, "POST", "/queues/load/enqueue", "{'messages':[{'body':'" + body + "'}]}")
                .is(201);
        enqueued.add(body);
        success("enqueue");
    }

    private void consumeOnce(ApiCaller node) throws InterruptedException {
        Answer got = certainly(
                node, "POST", "/queues/load/dequeue", "{'max':10,'wait_ms':200,'visibility_timeout_ms':1000}");
        List<String> receipts = new ArrayList<>();
        for (JsonNode message : got.is(200).body().path("messages")) {
            consumed.add(message.path("body").asText());
            receipts.add("'" + message.path("receipt").asText() + "'");
        }
        if (!receipts.isEmpty()) {
            certainly(node, "POST", "/queues/load/ack", "{'receipts':[" + String.join(",", receipts) + "]}")
                    .is(200);
            success("ack");
        }
    }

    private void writeOnce(ApiCaller node, String key) throws InterruptedException {
        long next = written.getOrDefault(key, 0L) + 1;
        certainly(node, "POST", "/cache/" + key, "{'value':'" + next + "'}").is(200);
        written.put(key, next);
        Answer read = certainly(node, "GET", "/cache/" + key, null).is(200);
        assertEquals(Long.toString(next), read.text("value"), "nobody else writes this key");
        success("cache");
    }

    /** Repeats a request with one idempotency key until its outcome is known. */
    private static Answer certainly(ApiCaller node, String method, String path, String body)
            throws InterruptedException {
        String key = "load-" + System.nanoTime() + "-" + Thread.currentThread().getId();
        for (int i = 0; i < 200; i++) {
            try {
                Answer answer = node.call(method, path + "?timeout_ms=2000", body, "Idempotency-Key", key);
                if (answer.status() != 503 && answer.status() != 504) {
                    return answer;
                }
            } catch (CompletionException unanswered) {
                if (unanswered.getCause() instanceof AssertionError wrong) {
                    throw wrong;
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError(method + " " + path + " was never answered for certain");
    }

    private void success(String kind) {
        long now = System.nanoTime();
        successes.computeIfAbsent(kind, k -> new ConcurrentLinkedQueue<>()).add(now);
    }

    /** After the moment of the crash each kind of request succeeded again soon. */
    void assertServedAgain(long crashNanos, long withinMillis) {
        for (String kind : List.of("lock", "enqueue", "ack", "cache")) {
            long first = successes.getOrDefault(kind, new ConcurrentLinkedQueue<>()).stream()
                    .filter(at -> at - crashNanos > 100_000_000L)
                    .mapToLong(at -> (at - crashNanos) / 1_000_000)
                    .min()
                    .orElse(Long.MAX_VALUE);
            assertTrue(first <= withinMillis, kind + " succeeded again after " + first + " ms");
        }
    }

    void assertLocksExcludedAndTokensGrew() {
        assertEquals(0, overlaps.get(), "two held the lock at once");
        long before = 0;
        for (long token : tokens) {
            assertTrue(token > before, "token " + token + " after " + before);
            before = token;
        }
        assertTrue(tokens.size() > 10, "only " + tokens.size() + " grants");
    }

    void assertNoWriteWasLost(List<ApiCaller> readers) {
        assertEquals(nodes.size(), written.size());
        for (ApiCaller reader : readers) {
            written.forEach((key, value) -> assertEquals(
                    Long.toString(value),
                    reader.call("GET", "/cache/" + key).is(200).text("value"),
                    key));
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }
}
