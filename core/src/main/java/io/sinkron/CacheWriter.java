package io.sinkron;

/**
 * Writes what is put into a {@link NamedCache} to a store of the user's own, before the put is answered. Runs on the cache's
 * {@linkplain CacheConfig.Builder#executor executor} at the node that writes, where it may block. Thread-safe.
 *
 * <p>Calls for one key come from every node, and may overtake each other. Versions grow with every write of a key in the cache, so a store that keeps the
 * version beside the value and <em>ignores calls whose version isn't greater</em> ends with the cache's last value, whatever the order:
 *
 * <pre>{@code
 * update orders set body = ?, version = ? where id = ? and version < ?
 * }</pre>
 *
 * A call may be made more than once for one version, if a caller repeats a put under its idempotency key.
 *
 * @param <K> keys
 * @param <V> values
 */
public interface CacheWriter<K, V> {
    /**
     * Stores a value, unless the store has this version or a greater one.
     *
     * @throws Exception the value is not known to be stored: the call ends with {@link WriterFailedException}, whose cause it is
     */
    void write(K key, V value, long version) throws Exception;

    /**
     * Removes a key, unless the store has this version or a greater one. Also called for keys that the cache hasn't got.
     *
     * @param version of the removal
     * @throws Exception the key is not known to be removed: the call ends with {@link WriterFailedException}, whose cause it is
     */
    void delete(K key, long version) throws Exception;
}
