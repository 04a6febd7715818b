package io.sinkron;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The other half of a fencing token (Kleppmann 2016, "How to do distributed locking"): a resource that lets it check every request refuses those
 * of a holder that was replaced while it was paused. Thread-safe, never blocks.
 */
public final class FencingGuard {
    private final AtomicLong highest = new AtomicLong();

    /** A guard that has seen no token yet. */
    public FencingGuard() {}

    /** Whether a request with this token may go on: true unless a greater token has been seen. */
    public boolean admits(long token) {
        return highest.accumulateAndGet(token, Math::max) == token;
    }
}
