package io.sinkron.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * How one queue behaves. Zero means no bound, where that is allowed. All times are in milliseconds.
 *
 * @param visibilityTimeoutMillis how long a delivery stays invisible to others, 1 000 to 43 200 000
 * @param maxDeliveries after so many failed deliveries a message is dead, 0 to 1 000 000 (0: never)
 * @param deadLetter the queue that dead messages move to; without one they are dropped
 * @param maxLength the most messages it may hold (ready, delayed and in flight), 0 to 1 000 000 000
 * @param retentionMillis how long a message lives at most, 0 to 2 592 000 000
 */
public record QueueSettings(
        long visibilityTimeoutMillis,
        int maxDeliveries,
        Optional<String> deadLetter,
        long maxLength,
        long retentionMillis) {
    /** The shortest visibility timeout. */
    public static final long MIN_VISIBILITY_MILLIS = 1_000;

    /** The longest visibility timeout: 12 hours. */
    public static final long MAX_VISIBILITY_MILLIS = 43_200_000;

    /** The longest delay, time to live and retention: 30 days. */
    public static final long MAX_DELAY_MILLIS = 2_592_000_000L;

    /** What a queue has that was never configured. */
    public static final QueueSettings DEFAULT = new QueueSettings(30_000, 16, Optional.empty(), 0, 0);

    /**
     * @throws IllegalArgumentException for a value out of its range, naming it
     */
    public QueueSettings {
        Objects.requireNonNull(deadLetter, "deadLetter");
        inRange("visibility_timeout_ms", visibilityTimeoutMillis, MIN_VISIBILITY_MILLIS, MAX_VISIBILITY_MILLIS);
        inRange("max_deliveries", maxDeliveries, 0, 1_000_000);
        inRange("max_length", maxLength, 0, 1_000_000_000);
        inRange("retention_ms", retentionMillis, 0, MAX_DELAY_MILLIS);
    }

    private static void inRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }
}
