package io.sinkron;

import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.PartitionPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The named caches that are open at this node. Thread-safe. */
final class NamedCaches {
    private final LineCalls lines;
    private final ChangeFeed feed;
    private final CacheOptions options;
    private final Map<String, TypedCache<?, ?>> open = new HashMap<>();

    NamedCaches(LineCalls lines, ChangeFeed feed, CacheOptions options) {
        this.lines = lines;
        this.feed = feed;
        this.options = options;
    }

    /** The cache of this configuration's name; opens it if it isn't. */
    synchronized <K, V> NamedCache<K, V> open(CacheConfig<K, V> config) {
        TypedCache<?, ?> known = open.get(config.name());
        if (known == null) {
            if (config.partitionPolicy() == PartitionPolicy.SERVE_STALE
                    && options.partitionPolicy() != PartitionPolicy.SERVE_STALE) {
                throw Arguments.bad(
                        "partitionPolicy",
                        "the cache '" + config.name() + "' can serve stale values only if the node's cacheOptions do");
            }
            TypedCache<K, V> cache = new TypedCache<>(config, options, lines, feed, this::closed);
            open.put(config.name(), cache);
            return cache;
        }
        if (!known.config().isSameAs(config)) {
            throw new CacheMismatchException(new CacheRefusal.Mismatch(
                    config.name(), config.summary(), known.config().summary()));
        }
        // Equal codec ids stand for equal types: there is no other way to ask.
        @SuppressWarnings("unchecked")
        NamedCache<K, V> same = (NamedCache<K, V>) known;
        return same;
    }

    private synchronized void closed(TypedCache<?, ?> cache) {
        open.remove(cache.name(), cache);
    }

    /** The node stops. */
    void close() {
        List<TypedCache<?, ?>> all;
        synchronized (this) {
            all = new ArrayList<>(open.values());
        }
        all.forEach(TypedCache::close);
    }
}
