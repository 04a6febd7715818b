package io.sinkron;

/**
 * Hears of the changes of a {@link NamedCache}, made at any node: best effort, each at most once, those of one key in the order of their versions. Not for what must be
 * known: a change may be lost with a message or a node, and expiry and eviction aren't told of. Runs on the cache's {@linkplain CacheConfig.Builder#executor executor},
 * one event at a time; it may block there, and call the cache.
 *
 * @param <K> keys
 */
@FunctionalInterface
public interface CacheListener<K> {
    /** The most events that wait for a listener; what comes meanwhile is lost, and {@link CacheEvent.Missed} says how much. */
    int MAX_PENDING_EVENTS = 4_096;

    /** Something has happened. What it throws is logged, and ends nothing. */
    void onEvent(CacheEvent<K> event);
}
