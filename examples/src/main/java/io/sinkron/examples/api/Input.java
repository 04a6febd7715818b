package io.sinkron.examples.api;

import io.sinkron.CallOptions;
import io.sinkron.examples.http.ProblemException;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The parts of requests that several groups of routes share, with their bounds. Stateless. */
final class Input {
    /** The longest name of a lock, queue, key or session, in bytes. */
    static final int MAX_NAME_BYTES = 512;

    /** The longest label, owner, group and so on, in bytes. */
    static final int MAX_LABEL_BYTES = 128;

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int MAX_IDEMPOTENCY_KEY_LENGTH = 128;
    private static final long MAX_TIMEOUT_MILLIS = 660_000;
    private static final long DEFAULT_PAGE = 100;
    private static final long MAX_PAGE = 1_000;

    /** What ending a wait may cost beyond the time that the client allows: the end of a wait is agreed on by the cluster too. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final Map<String, Boolean> FLAGS = new TreeMap<>(Map.of("true", true, "false", false));

    private Input() {}

    /** A lock's, key's or session's name in the path. */
    static String name(Request request, String part) {
        return request.part(part, MAX_NAME_BYTES);
    }

    /** A queue's name in the path. */
    static String queue(Request request) {
        String queue = name(request, "queue");
        checkQueue("queue", queue);
        return queue;
    }

    /** A queue's name in a body. */
    static String queue(JsonObject body, String field) {
        String queue = body.text(field, 1, MAX_NAME_BYTES);
        checkQueue(body.pathOf(field), queue);
        return queue;
    }

    /** Braces would choose the slot of a Redis Cluster key. */
    static void checkQueue(String field, String queue) {
        if (queue.indexOf('{') >= 0 || queue.indexOf('}') >= 0) {
            throw ProblemException.badRequest(field, "A queue's name has no braces");
        }
    }

    /** A session named in a body. */
    static String session(JsonObject body) {
        return body.text("session", 1, MAX_NAME_BYTES);
    }

    /** Where a list begins: behind this name. */
    static String after(Request request) {
        return request.query("after", MAX_NAME_BYTES).orElse("");
    }

    /** How long a page of a list is. */
    static int limit(Request request) {
        return Math.toIntExact(request.queryInteger("limit", 1, MAX_PAGE).orElse(DEFAULT_PAGE));
    }

    /** A query part that is true or false. */
    static boolean flag(Request request, String name) {
        return request.queryChoice(name, FLAGS, false);
    }

    /** How a call without a wait is made. */
    static CallOptions options(Request request) {
        return timeout(request).map(CallOptions.DEFAULT::within).orElse(CallOptions.DEFAULT);
    }

    /** How a call that may be repeated with an idempotency key is made. */
    static CallOptions idempotent(Request request) {
        return idempotent(request, options(request));
    }

    /** The options with the request's idempotency key, if it has one. */
    static CallOptions idempotent(Request request, CallOptions options) {
        Optional<String> key = request.header(IDEMPOTENCY_KEY);
        if (key.isEmpty()) {
            return options;
        }
        int length = key.get().length();
        if (length < 1 || length > MAX_IDEMPOTENCY_KEY_LENGTH) {
            throw ProblemException.badRequest(
                    IDEMPOTENCY_KEY, "The key has " + length + " characters, it must have 1 to 128");
        }
        return options.idempotent(key.get());
    }

    /** Checks the time limit of a request whose route doesn't use it. */
    static void checkTimeout(Request request) {
        timeout(request);
    }

    private static Optional<Duration> timeout(Request request) {
        return request.queryInteger("timeout_ms", 1, MAX_TIMEOUT_MILLIS).map(Duration::ofMillis);
    }

    /**
     * How a call that waits is made. The client bounds the whole call; the library takes the wait and, on top of it, the time for the rest.
     *
     * @param length how long to wait
     * @param options with the time on top of it
     */
    record Wait(Duration length, CallOptions options) {
        /** The shorter of the wait asked for and the call's time limit. */
        static Wait of(Request request, long waitMillis) {
            Duration wait = Duration.ofMillis(waitMillis);
            Optional<Duration> timeout = timeout(request);
            if (timeout.isEmpty() || waitMillis == 0) {
                return new Wait(wait, Input.options(request));
            }
            Duration rest = timeout.get().minus(wait);
            Duration length = rest.isNegative() ? timeout.get() : wait;
            return new Wait(length, CallOptions.DEFAULT.within(rest.compareTo(GRACE) < 0 ? GRACE : rest));
        }
    }
}
