package io.sinkron.spi;

import io.sinkron.common.Bytes;

/** One atomic operation on the main memory of the cache. Immutable. */
public sealed interface MemoryOp {
    /** The key that it is about. */
    Bytes key();

    /** The view that the caller acts in. */
    long epoch();

    /**
     * Reads a key and raises the key's fence to the epoch, so that a write-back of an older epoch that is still on its way is refused. Refused
     * with {@link MemoryAnswer.Fenced} if the fence is already higher.
     */
    record GetFenced(Bytes key, long epoch) implements MemoryOp {}

    /**
     * Stores a value if its version is greater than the stored one and the epoch isn't lower than the key's fence. An older or equal version
     * changes nothing and is answered like a success, with the stored version: memory has it, or something newer.
     */
    record PutIfNewer(Bytes key, long epoch, MemoryValue value) implements MemoryOp {}
}
