package io.sinkron;

import io.sinkron.cache.CacheRequest.Durability;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a single value is put; what isn't said is as the cache's {@link CacheConfig} has it. Immutable.
 *
 * @param timeToLive how long the entry lives at most: zero for ever, or 1 ms to 30 days
 * @param durability when the write is answered
 */
public record PutOptions(Optional<Duration> timeToLive, Optional<Durability> durability) {
    /** As the cache has it. */
    public static final PutOptions DEFAULT = new PutOptions(Optional.empty(), Optional.empty());

    /** Rejects missing parts; ranges are checked when the options are used. */
    public PutOptions {
        Objects.requireNonNull(timeToLive, "timeToLive");
        Objects.requireNonNull(durability, "durability");
    }

    /** The same with a time to live; zero for ever. */
    public PutOptions living(Duration time) {
        return new PutOptions(Optional.of(time), durability);
    }

    /** The same with another durability. */
    public PutOptions durable(Durability when) {
        return new PutOptions(timeToLive, Optional.of(when));
    }
}
