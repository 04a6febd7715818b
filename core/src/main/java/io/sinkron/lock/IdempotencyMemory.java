package io.sinkron.lock;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The answers that one session's idempotency keys stand for. Only effects are remembered: a refusal may be tried again with its key. A
 * bounded number is kept and the oldest forgotten first, so that a retry is safe for as long as its session makes no more keyed requests
 * than that meanwhile. Part of the replicated state; not thread-safe.
 */
final class IdempotencyMemory {
    /** A key belongs to its route: an acquire and a release may use the same one. */
    enum Route {
        ACQUIRE,
        RELEASE
    }

    /** What a key stands for. */
    record Remembered(Route route, String key, long fingerprint, LockAnswer answer) {}

    /** The answers of both routes, oldest first; keyed by {@link #name}. */
    private final LinkedHashMap<String, Remembered> answers = new LinkedHashMap<>();

    private final int bound;

    IdempotencyMemory(int bound) {
        this.bound = bound;
    }

    /** What the key stands for, or null. */
    Remembered get(Route route, String key) {
        return answers.get(name(route, key));
    }

    void put(Remembered remembered) {
        if (answers.size() >= bound) {
            Iterator<String> oldest = answers.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        answers.put(name(remembered.route(), remembered.key()), remembered);
    }

    void forget(Route route, String key) {
        answers.remove(name(route, key));
    }

    /** All of them, oldest first. */
    List<Remembered> all() {
        return new ArrayList<>(answers.values());
    }

    private static String name(Route route, String key) {
        return (route == Route.ACQUIRE ? "a" : "r") + key;
    }
}
