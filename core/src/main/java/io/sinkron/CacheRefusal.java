package io.sinkron;

import io.sinkron.common.Refusal;

/** Why a {@link NamedCache} did not do what it was asked for, where the cause isn't the cluster's but that of the user's own parts. Immutable. */
public sealed interface CacheRefusal extends Refusal {
    /** The cache's name. */
    String cache();

    /**
     * The cache is used with other codecs than here, or is open in this process with other options.
     *
     * @param here what this node, or this call, says
     * @param there what the cluster, or the cache that is open already, says
     */
    record Mismatch(String cache, String here, String there) implements CacheRefusal {
        @Override
        public String code() {
            return "cache-mismatch";
        }

        @Override
        public String detail() {
            return "The cache '" + cache + "' is used with [" + there + "], and here with [" + here + "]";
        }
    }

    /**
     * A codec failed.
     *
     * @param codec its id
     * @param part {@code key} or {@code value}
     * @param key the key, as text
     * @param reason what the codec threw
     */
    record CodecFailed(String cache, String codec, String part, String key, String reason) implements CacheRefusal {
        @Override
        public String code() {
            return "codec-failed";
        }

        @Override
        public String detail() {
            return "The codec '" + codec + "' of the cache '" + cache + "' failed on the " + part + " of the key " + key
                    + ": " + reason;
        }
    }

    /**
     * The loader failed, or took too long.
     *
     * @param key the key, as text
     */
    record LoadFailed(String cache, String key, String reason) implements CacheRefusal {
        @Override
        public String code() {
            return "load-failed";
        }

        @Override
        public String detail() {
            return "Loading the key " + key + " of the cache '" + cache + "' failed: " + reason;
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /**
     * The writer failed, or took too long. Whether the user's store has the write is unknown.
     *
     * @param key the key, as text
     * @param version of the write
     * @param isWithdrawn whether the cache is known not to have the value any more; otherwise it may have it, until it expires or is removed
     */
    record WriterFailed(String cache, String key, long version, boolean isWithdrawn, String reason)
            implements CacheRefusal {
        @Override
        public String code() {
            return "writer-failed";
        }

        @Override
        public String detail() {
            return "Writing version " + version + " of the key " + key + " of the cache '" + cache
                    + "' to its store failed: " + reason
                    + (isWithdrawn ? "; the cache hasn't got it" : "; the cache may still have it");
        }

        @Override
        public Effect effect() {
            return Effect.UNKNOWN;
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** The cache was closed at this node. */
    record Closed(String cache) implements CacheRefusal {
        @Override
        public String code() {
            return "cache-closed";
        }

        @Override
        public String detail() {
            return "The cache '" + cache + "' is closed at this node";
        }
    }
}
