package io.sinkron.queue;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is remembered by name for 24 hours from its first time. Entries stand in the order of their times, which never fall, so forgetting
 * costs O(1) an entry; an entry that is over is never shown, whether or not it has been forgotten yet.
 */
final class DayMemory<V> {
    /** How long dedup ids and idempotency keys live: 24 hours. */
    static final long LIFETIME_MILLIS = 86_400_000;

    /** A value and when it came. */
    record Entry<V>(V value, long sinceMillis) {}

    private final LinkedHashMap<String, Entry<V>> entries = new LinkedHashMap<>();

    /** Null if there is none, or none any more. */
    V get(String name, long now) {
        Entry<V> entry = entries.get(name);
        return entry == null || isOver(entry, now) ? null : entry.value;
    }

    /** Remembers a value under a name that has none. */
    void put(String name, V value, long now) {
        entries.remove(name);
        entries.put(name, new Entry<>(value, now));
    }

    /** Forgets up to so many of those that are over. */
    void prune(long now, int limit) {
        var iterator = entries.values().iterator();
        for (int i = 0; i < limit && iterator.hasNext() && isOver(iterator.next(), now); i++) {
            iterator.remove();
        }
    }

    /** Whether {@link #prune} would forget something. */
    boolean hasOver(long now) {
        return !entries.isEmpty() && isOver(entries.values().iterator().next(), now);
    }

    void clear() {
        entries.clear();
    }

    /** In order of their times. */
    Iterable<Map.Entry<String, Entry<V>>> all() {
        return entries.entrySet();
    }

    private static boolean isOver(Entry<?> entry, long now) {
        return now - entry.sinceMillis >= LIFETIME_MILLIS;
    }
}
