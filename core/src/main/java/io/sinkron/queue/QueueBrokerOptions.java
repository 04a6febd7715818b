package io.sinkron.queue;

/**
 * The bounds and times of a {@link QueueBroker}. Immutable, validated here once. What exceeds a bound is refused with
 * {@link io.sinkron.common.Refusal.Overloaded}, which names it.
 *
 * @param maxCalls the most calls of this node's clients that may be open; 65 536, about a second of a busy node
 * @param maxPending the most requests of one queue that may wait for the store; 16 384
 * @param maxParked the most consumers that may wait at this node, over all its queues; 100 000
 * @param maxQueues the most queues whose state the owner keeps in memory; idle ones make room; 65 536
 * @param maxStoreCalls the most calls to the store that may be under way; 1 024
 * @param maxBatchOperations the most operations in one call to the store: one call blocks a Redis for as long as it takes; 128
 * @param maxBatchBytes the most bytes of messages in one call to the store or in one message to a node, unless one alone is longer; 1 MiB
 * @param maxEarly the most messages from nodes of a newer view that are kept until this node has it; 1 024
 * @param maxRemembered the most replies kept for each sender until it has confirmed them, oldest forgotten first; 16 384
 * @param rememberNanos for how long they are kept at most; 30 s
 * @param resendNanos after how long an unanswered request to another node is repeated, doubling up to eight times that; 250 ms
 * @param backoffNanos the first pause after the store has failed, doubling up to 64 times that; 20 ms
 * @param guardNanos how long the owner trusts its timers before it looks into a queue that has something due or consumers waiting; 30 s
 * @param moveHoldNanos how long the answer of what made messages move to another queue waits for their arrival there; 1 s
 */
public record QueueBrokerOptions(
        int maxCalls,
        int maxPending,
        int maxParked,
        int maxQueues,
        int maxStoreCalls,
        int maxBatchOperations,
        int maxBatchBytes,
        int maxEarly,
        int maxRemembered,
        long rememberNanos,
        long resendNanos,
        long backoffNanos,
        long guardNanos,
        long moveHoldNanos) {
    private static final long MILLISECOND = 1_000_000;

    /** What the parameters say. */
    public static final QueueBrokerOptions DEFAULT = new QueueBrokerOptions(
            65_536,
            16_384,
            100_000,
            65_536,
            1_024,
            128,
            1 << 20,
            1_024,
            16_384,
            30_000 * MILLISECOND,
            250 * MILLISECOND,
            20 * MILLISECOND,
            30_000 * MILLISECOND,
            1_000 * MILLISECOND);

    /**
     * @throws IllegalArgumentException for a value below 1, or a batch of fewer than 4 operations, naming it
     */
    public QueueBrokerOptions {
        positive("maxCalls", maxCalls);
        positive("maxPending", maxPending);
        positive("maxParked", maxParked);
        positive("maxQueues", maxQueues);
        positive("maxStoreCalls", maxStoreCalls);
        positive("maxBatchBytes", maxBatchBytes);
        positive("maxEarly", maxEarly);
        positive("maxRemembered", maxRemembered);
        positive("rememberNanos", rememberNanos);
        positive("resendNanos", resendNanos);
        positive("backoffNanos", backoffNanos);
        positive("guardNanos", guardNanos);
        positive("moveHoldNanos", moveHoldNanos);
        if (maxBatchOperations < 4) {
            throw new IllegalArgumentException("maxBatchOperations is " + maxBatchOperations + ", the least is 4");
        }
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", the least is 1");
        }
    }
}
