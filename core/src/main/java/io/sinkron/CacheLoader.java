package io.sinkron;

/**
 * Gets what the cache hasn't got from where it comes from. Called by a {@link NamedCache} for a key that is absent: once for all nodes, however many ask
 * for it at the same time. Runs on the cache's {@linkplain CacheConfig.Builder#executor executor}, where it may block. Thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
@FunctionalInterface
public interface CacheLoader<K, V> {
    /**
     * Loads a key. A load that takes longer than {@link CacheConfig#loadTimeout} is interrupted, and what it returns is thrown away.
     *
     * @return the value; null if there is none: then the key is absent
     * @throws Exception the load has failed: the read ends with {@link LoadFailedException}, whose cause it is
     */
    V load(K key) throws Exception;
}
