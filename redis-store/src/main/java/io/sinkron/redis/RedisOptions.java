package io.sinkron.redis;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How {@link RedisStores} uses its Redis. Immutable, validated here once.
 *
 * @param prefix begins every key, so that clusters can share a Redis; 1 to 64 letters, digits, {@code . _ : -}; {@code sinkron}
 * @param connectTimeout how long the first connection may take, and each reconnection; 10 ms to 5 min; 5 s
 * @param commandTimeout after so long a call fails as "maybe applied": Redis may still do it; 10 ms to 5 min; 2 s
 * @param maxOutstanding the most commands under way on one connection: more are refused at once; 1 to 1 000 000; 4 096
 * @param maxBatchOperations the most operations in one script call, as other callers wait that long; 1 to 1 000; 128, below a millisecond
 * @param maxBatchBytes the most bytes of arguments in one script call, unless one operation alone is longer; 1 KiB to 64 MiB; 256 KiB
 * @param connections over how many connections the queues are spread; 1 to 64; 1, which is enough unless {@code minReplicas} is used
 * @param minReplicas how many replicas must have a write before it is answered ({@code WAIT}); 0 to 10; 0, none
 * @param replicaTimeout how long to wait for them, less than {@code commandTimeout}; then the call fails as "maybe applied"; 1 s
 * @param absentLifetime how long the cache's memory remembers the fence of a key that was never written and the version of one that was
 *     deleted or has expired; 1 min to 365 days; 1 day
 */
public record RedisOptions(
        String prefix,
        Duration connectTimeout,
        Duration commandTimeout,
        int maxOutstanding,
        int maxBatchOperations,
        int maxBatchBytes,
        int connections,
        int minReplicas,
        Duration replicaTimeout,
        Duration absentLifetime) {
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    /** What the parameters say. */
    public static final RedisOptions DEFAULT = new RedisOptions(
            "sinkron",
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            4_096,
            128,
            256 << 10,
            1,
            0,
            Duration.ofSeconds(1),
            Duration.ofDays(1));

    /**
     * @throws IllegalArgumentException for a value out of its range, naming it
     */
    public RedisOptions {
        Objects.requireNonNull(prefix, "prefix");
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "prefix is '" + prefix + "', allowed are 1 to 64 of A-Z a-z 0-9 . _ : -");
        }
        inRange("connectTimeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(5));
        inRange("commandTimeout", commandTimeout, Duration.ofMillis(10), Duration.ofMinutes(5));
        inRange("maxOutstanding", maxOutstanding, 1, 1_000_000);
        inRange("maxBatchOperations", maxBatchOperations, 1, 1_000);
        inRange("maxBatchBytes", maxBatchBytes, 1 << 10, 64 << 20);
        inRange("connections", connections, 1, 64);
        inRange("minReplicas", minReplicas, 0, 10);
        inRange("replicaTimeout", replicaTimeout, Duration.ofMillis(1), Duration.ofMinutes(5));
        inRange("absentLifetime", absentLifetime, Duration.ofMinutes(1), Duration.ofDays(365));
        if (minReplicas > 0 && replicaTimeout.compareTo(commandTimeout) >= 0) {
            throw new IllegalArgumentException(
                    "replicaTimeout is " + replicaTimeout + ", it must be less than commandTimeout, " + commandTimeout);
        }
    }

    /** The same with another prefix. */
    public RedisOptions withPrefix(String newPrefix) {
        return new RedisOptions(
                newPrefix,
                connectTimeout,
                commandTimeout,
                maxOutstanding,
                maxBatchOperations,
                maxBatchBytes,
                connections,
                minReplicas,
                replicaTimeout,
                absentLifetime);
    }

    /** The same with other timeouts. */
    public RedisOptions withTimeouts(Duration newConnectTimeout, Duration newCommandTimeout) {
        return new RedisOptions(
                prefix,
                newConnectTimeout,
                newCommandTimeout,
                maxOutstanding,
                maxBatchOperations,
                maxBatchBytes,
                connections,
                minReplicas,
                replicaTimeout,
                absentLifetime);
    }

    /** The same with other bounds. */
    public RedisOptions withBounds(int newMaxOutstanding, int newMaxBatchOperations, int newMaxBatchBytes) {
        return new RedisOptions(
                prefix,
                connectTimeout,
                commandTimeout,
                newMaxOutstanding,
                newMaxBatchOperations,
                newMaxBatchBytes,
                connections,
                minReplicas,
                replicaTimeout,
                absentLifetime);
    }

    /** The same with so many connections for queues. */
    public RedisOptions withConnections(int newConnections) {
        return new RedisOptions(
                prefix,
                connectTimeout,
                commandTimeout,
                maxOutstanding,
                maxBatchOperations,
                maxBatchBytes,
                newConnections,
                minReplicas,
                replicaTimeout,
                absentLifetime);
    }

    /** The same, answering a write only when so many replicas have it. */
    public RedisOptions withReplicas(int newMinReplicas, Duration newReplicaTimeout) {
        return new RedisOptions(
                prefix,
                connectTimeout,
                commandTimeout,
                maxOutstanding,
                maxBatchOperations,
                maxBatchBytes,
                connections,
                newMinReplicas,
                newReplicaTimeout,
                absentLifetime);
    }

    private static void inRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }

    private static void inRange(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }
}
