package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link CacheRequest.Update} does to a key: from what is there to what shall be. It runs on the node's own thread, inside the turn in which
 * this node has the line as E or M, once for each call that is performed: nobody else can write between what it sees and what it says. So it must
 * be short and pure: no blocking, no I/O, no call of this node that it waits for, for all of the node's work waits meanwhile. Whoever runs such
 * functions for others measures them there (by a wrapper): the machine has no clock.
 *
 * <p>An exception of it is the call's refusal {@link CacheAnswer.ComputeFailed}, and changes nothing; so is every {@link Error} but those
 * {@link VirtualMachineError}s that aren't a stack overflow.
 */
@FunctionalInterface
public interface Updater {
    /**
     * Says what shall become of the key.
     *
     * @param present what is there; empty if the key is absent, expired, or only claimed by a load
     * @param clusterMillis the time by which expiry is judged
     * @return never null
     */
    Change apply(Optional<Present> present, long clusterMillis);

    /**
     * What an update finds. Immutable.
     *
     * @param version of the value; greater than 0
     * @param ttlMillis how long it has left to live, at least 1; 0 for ever
     */
    record Present(Bytes value, long version, long ttlMillis) {}

    /** What an update wants. Immutable. */
    sealed interface Change {
        /** Nothing: the key keeps value, version and time to live. */
        record Keep() implements Change {}

        /** The key is deleted; nothing if it is absent. */
        record Remove() implements Change {}

        /**
         * A new value.
         *
         * @param ttlMillis how long it lives, 0 for ever; {@link Present#ttlMillis} keeps the end that the old one had
         */
        record Replace(Bytes value, long ttlMillis) implements Change {
            /** The longest time to live: 30 days. */
            public static final long MAX_TTL_MILLIS = 2_592_000_000L;

            /** Rejects a missing value, a negative time, and one of more than {@link #MAX_TTL_MILLIS}. */
            public Replace {
                Objects.requireNonNull(value, "value");
                if (ttlMillis < 0 || ttlMillis > MAX_TTL_MILLIS) {
                    throw new IllegalArgumentException(
                            "a time to live of " + ttlMillis + " ms, at most " + MAX_TTL_MILLIS + " are allowed");
                }
            }
        }
    }
}
