package io.sinkron;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a single call is made. Immutable.
 *
 * @param timeout when the call must have ended, on top of the wait that it asks for; 1 ms to 11 minutes
 * @param idempotencyKey with it, a repetition of the same call, at any node and across failovers, has the effect and the answer of the
 *     first; 1 to 128 characters
 */
public record CallOptions(Duration timeout, Optional<String> idempotencyKey) {
    /** Five seconds, no idempotency key. */
    public static final CallOptions DEFAULT = new CallOptions(Duration.ofSeconds(5), Optional.empty());

    /** Rejects missing parts and a timeout that is not positive. */
    public CallOptions {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(idempotencyKey, "idempotencyKey");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout is " + timeout + ", it must be positive");
        }
    }

    /** The same with a timeout. */
    public CallOptions within(Duration newTimeout) {
        return new CallOptions(newTimeout, idempotencyKey);
    }

    /** The same with an idempotency key. */
    public CallOptions idempotent(String key) {
        return new CallOptions(timeout, Optional.of(key));
    }
}
