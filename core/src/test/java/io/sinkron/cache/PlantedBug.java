package io.sinkron.cache;

import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import java.util.Optional;

/**
 * A bug planted around the machines of a {@link World}, without a switch in them: what a machine with the bug would do differently is done to its
 * messages, or in its name. Nothing is planted by default.
 */
interface PlantedBug {
    /** No bug. */
    PlantedBug NONE = new PlantedBug() {};

    /** What a node takes in instead of a message. */
    default CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
        return message;
    }

    /** A node has sent a message; false to lose it. May do more in the node's name. */
    default boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
        return true;
    }

    /** The line has been evicted; what was known of it before. */
    default void evicted(World.Turn turn, int node, Replica.Facts line) {}

    /** A snoop filter of so many lines with a bug in it; the real one by default. */
    default Optional<SnoopFilter> filter(int entries) {
        return Optional.empty();
    }

    /** What main memory does. */
    default MemoryAnswer execute(MemoryCell memory, MemoryOp op) {
        return memory.apply(op);
    }

    /** Whether a node that has lost its lease goes on as if it had it. */
    default boolean ignoresOwnLease() {
        return false;
    }

    /** Whether a view is activated without waiting for the leases of those it leaves out. */
    default boolean ignoresLeases() {
        return false;
    }

    /** Whether a view is activated without waiting for its members to install it. */
    default boolean ignoresBarrier() {
        return false;
    }

    /** Whether a thread looks at the lease's end only when it looks at the clock, after it has taken the value. */
    default boolean readsLeaseLate() {
        return false;
    }

    /** Whether a node takes a value for one that stays, whatever its clock says. */
    default boolean ignoresExpiry() {
        return false;
    }
}
