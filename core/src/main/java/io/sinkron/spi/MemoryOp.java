package io.sinkron.spi;

import io.sinkron.common.Bytes;

/** One atomic operation on the main memory of the cache. Immutable. */
public sealed interface MemoryOp {
    /** The key that it is about, or the first of several. */
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

    /**
     * Forgets keys of a range as if they had never been written, fences and tombstones included; some of them, so that one step is short. What
     * has gone through the range from the first cursor to the last has met every key that was there all the time. Only for keys that nobody can
     * name any more: a write-back that is still on its way afterwards is taken for the first write of its key.
     *
     * @param from the first key, inclusive
     * @param to the end of the range, exclusive; keys are compared as unsigned bytes
     * @param cursor where to go on: empty for the beginning, and then {@link MemoryAnswer.Swept#cursor}
     * @param limit about how many keys to look at, 1 to {@link #MAX_SWEEP}
     */
    record Sweep(Bytes from, Bytes to, String cursor, int limit) implements MemoryOp {
        /** The most keys that one step looks at. */
        public static final int MAX_SWEEP = 1_000;

        /** Rejects a limit out of range. */
        public Sweep {
            if (limit < 1 || limit > MAX_SWEEP) {
                throw new IllegalArgumentException("a sweep of " + limit + " keys, allowed are 1 to " + MAX_SWEEP);
            }
        }

        @Override
        public Bytes key() {
            return from;
        }

        /** No view's: a sweep neither raises a fence nor heeds one. */
        @Override
        public long epoch() {
            return 0;
        }
    }
}
