package io.sinkron.cache;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a {@link CacheRequest} is answered with. Immutable. */
public sealed interface CacheAnswer extends Answer {
    /**
     * The value read.
     *
     * @param state of this node's copy after the read; I if this node has no valid copy any more, which {@link ReadMode#STALE_OK} alone can get
     * @param hit whether it was answered by this node alone
     * @param expiresAtMillis in cluster time, 0 for never
     */
    record Value(Bytes key, Bytes value, long version, LineState state, boolean hit, long expiresAtMillis)
            implements CacheAnswer {
        /** Whether others may have overwritten it before it was read, by however long: this node had no lease. */
        public boolean isStale() {
            return state == LineState.I;
        }

        /** The same, marked as stale. */
        Value asStale() {
            return new Value(key, value, version, LineState.I, hit, expiresAtMillis);
        }
    }

    /** The write is done. */
    record Written(Bytes key, long version) implements CacheAnswer {}

    /** The delete is done; {@code deleted}: whether there was something to delete. */
    record Deleted(Bytes key, boolean deleted) implements CacheAnswer {}

    /**
     * The update is done.
     *
     * @param effect what it has done
     * @param value what the key has after it; empty if nothing, and for a repetition whose value is no longer the newest
     * @param version the value's or the tombstone's; 0 if the key was never written
     * @param expiresAtMillis when the value ends, in cluster time, 0 for never
     * @param repeated whether this is the answer of an earlier call with the same idempotency key
     */
    record Updated(
            Bytes key, Effect effect, Optional<Bytes> value, long version, long expiresAtMillis, boolean repeated)
            implements CacheAnswer {
        /** What an update has done to its key. */
        public enum Effect {
            /** Nothing: the key is as it was. */
            KEPT,
            /** There is a value where none was. */
            CREATED,
            /** There is another value; also the answer to a repetition of an update that wrote one. */
            REPLACED,
            /** The value is gone. */
            REMOVED
        }
    }

    /**
     * The caller is to load the key, and hands what it has loaded over with {@link CacheRequest.Fulfil}.
     *
     * @param version of the claim
     * @param millis how long it holds
     */
    record Claimed(Bytes key, long version, long millis) implements CacheAnswer {}

    /**
     * Somebody else is loading the key.
     *
     * @param version of that claim, for {@link CacheRequest.Await}
     * @param leftMillis how long it holds at most, by this node's knowledge of cluster time; at least 1
     */
    record BeingLoaded(Bytes key, long version, long leftMillis) implements CacheAnswer {}

    /**
     * A step of a sweep is done.
     *
     * @param removed how many keys are gone
     * @param cursor for the next step; empty if this was the last
     */
    record Swept(int removed, String cursor) implements CacheAnswer {}

    /** This node listens to the changes of these caches, and of no others. */
    record Listening(SortedSet<String> regions) implements CacheAnswer {
        /** Takes an immutable copy. */
        public Listening {
            regions = Collections.unmodifiableSortedSet(new TreeSet<>(regions));
        }
    }

    /** An {@link CacheRequest.Await} is over; {@code changed}: false if only its time is. */
    record Awaited(Bytes key, boolean changed) implements CacheAnswer {}

    /** Which node has the line in which state; a node that didn't answer is missing. */
    record States(Bytes key, NodeId home, SortedMap<NodeId, LineState> states) implements CacheAnswer {}

    /** There is no such key; {@code version} is that of its tombstone, 0 if it was never written. */
    record NoSuchKey(Bytes key, long version) implements CacheAnswer, Refusal {
        @Override
        public String code() {
            return "no-such-key";
        }

        @Override
        public String detail() {
            return "There is no such key";
        }
    }

    /** The key has another version: nothing was written. */
    record VersionMismatch(Bytes key, long version) implements CacheAnswer, Refusal {
        @Override
        public String code() {
            return "version-mismatch";
        }

        @Override
        public String detail() {
            return "The key has the version " + version + " (0: it is absent)";
        }
    }

    /** Something has happened to the key since it was claimed, or the claim is lost with its node's membership: nothing was written. */
    record ClaimLost(Bytes key, long version) implements CacheAnswer, Refusal {
        @Override
        public String code() {
            return "claim-lost";
        }

        @Override
        public String detail() {
            return "The key has the version " + version + ", so what was loaded under the claim is outdated";
        }
    }

    /** The function of an update has failed: nothing was written. */
    record ComputeFailed(Bytes key, Throwable cause) implements CacheAnswer, Refusal {
        @Override
        public String code() {
            return "compute-failed";
        }

        @Override
        public String detail() {
            return "The function failed, and nothing was written: " + cause;
        }
    }

    /** The key was used for another write. */
    record IdempotencyMismatch(String key) implements CacheAnswer, Refusal {
        @Override
        public String code() {
            return "idempotency-mismatch";
        }

        @Override
        public String detail() {
            return "The idempotency key '" + key + "' was used for another request";
        }
    }
}
