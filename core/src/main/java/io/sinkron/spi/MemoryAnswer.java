package io.sinkron.spi;

import io.sinkron.common.Answer;

/** What a {@link MemoryOp} is answered with. Immutable. */
public sealed interface MemoryAnswer extends Answer {
    /** The stored value, {@link MemoryValue#ABSENT} if the key was never written. */
    record Fetched(MemoryValue value) implements MemoryAnswer {}

    /** Memory has the version that was to be stored, or a newer one. */
    record Stored(long version) implements MemoryAnswer {}

    /**
     * Keys are forgotten.
     *
     * @param removed how many
     * @param cursor where to go on; empty at the end of the range
     */
    record Swept(int removed, String cursor) implements MemoryAnswer {}

    /** Refused: the key's fence is higher than the caller's epoch. */
    record Fenced(long fence) implements MemoryAnswer {}
}
