package io.sinkron;

/** What the operations of one named cache share. */
record CacheParts<K, V>(
        CacheConfig<K, V> config,
        LineCalls lines,
        CacheGeneration generation,
        EntryFormat<K, V> format,
        UseCounters counters) {
    /** The cluster's time, as near as this node knows; only once something was answered, for before that it knows nothing. */
    long clusterMillis() {
        return lines.table().clusterMillis(System.nanoTime());
    }
}
