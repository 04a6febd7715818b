package io.sinkron.cache;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import java.util.SortedMap;

/** What a {@link CacheRequest} is answered with. Immutable. */
public sealed interface CacheAnswer extends Answer {
    /**
     * The value read.
     *
     * @param state of this node's copy after the read
     * @param hit whether it was answered by this node alone
     * @param expiresAtMillis in cluster time, 0 for never
     */
    record Value(Bytes key, Bytes value, long version, LineState state, boolean hit, long expiresAtMillis)
            implements CacheAnswer {}

    /** The write is done. */
    record Written(Bytes key, long version) implements CacheAnswer {}

    /** The delete is done; {@code deleted}: whether there was something to delete. */
    record Deleted(Bytes key, boolean deleted) implements CacheAnswer {}

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
