package io.sinkron.examples.api;

import io.sinkron.CallOptions;
import java.time.Duration;

/** The time limit of a request that makes several calls: what is left of it. Immutable. */
final class Budget {
    private static final Duration LEAST = Duration.ofMillis(1);

    private final CallOptions options;
    private final long endNanos;

    /** @param options how a single call would be made; its time begins now */
    Budget(CallOptions options) {
        this.options = options;
        this.endNanos = System.nanoTime() + options.timeout().toNanos();
    }

    /** How the next call is made. */
    CallOptions left() {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        return options.within(left.compareTo(LEAST) < 0 ? LEAST : left);
    }
}
