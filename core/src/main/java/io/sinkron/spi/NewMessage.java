package io.sinkron.spi;

import io.sinkron.common.Bytes;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A message to be put into a queue.
 *
 * @param body what it says
 * @param headers names and texts, kept in the order of the names
 * @param priority 0 to 9, 9 is delivered first
 * @param delayMillis how long it stays hidden at first
 * @param ttlMillis how long it lives at most, 0 for no bound of its own
 * @param dedupId a second message of the same id within 24 hours is not stored
 * @param group messages of one group are delivered one at a time, in order
 */
public record NewMessage(
        Bytes body,
        Map<String, String> headers,
        int priority,
        long delayMillis,
        long ttlMillis,
        Optional<String> dedupId,
        Optional<String> group) {
    /** The priority of a message that names none. */
    public static final int DEFAULT_PRIORITY = 4;

    /** Takes a sorted copy of the headers; rejects a priority or a time out of range. */
    public NewMessage {
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(dedupId, "dedupId");
        Objects.requireNonNull(group, "group");
        headers = headers.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(headers));
        if (priority < 0 || priority > 9) {
            throw new IllegalArgumentException("priority is " + priority + ", allowed are 0 to 9");
        }
        if (delayMillis < 0 || delayMillis > QueueSettings.MAX_DELAY_MILLIS) {
            throw new IllegalArgumentException(
                    "delay_ms is " + delayMillis + ", allowed are 0 to " + QueueSettings.MAX_DELAY_MILLIS);
        }
        if (ttlMillis < 0 || ttlMillis > QueueSettings.MAX_DELAY_MILLIS) {
            throw new IllegalArgumentException(
                    "ttl_ms is " + ttlMillis + ", allowed are 1 to " + QueueSettings.MAX_DELAY_MILLIS);
        }
    }

    /** A message with a body and every default. */
    public static NewMessage of(Bytes body) {
        return new NewMessage(body, Map.of(), DEFAULT_PRIORITY, 0, 0, Optional.empty(), Optional.empty());
    }
}
