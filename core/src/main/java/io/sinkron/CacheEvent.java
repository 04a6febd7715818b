package io.sinkron;

import io.sinkron.cache.ChangeKind;
import java.util.Objects;

/**
 * What a {@link CacheListener} is told. Immutable.
 *
 * @param <K> keys
 */
public sealed interface CacheEvent<K> {
    /**
     * A key was written, at whichever node; the write is safe. Several writes of a key may come as one.
     *
     * @param version of the entry, or of the removal: grows from event to event of a key
     */
    record Changed<K>(K key, long version, ChangeKind kind) implements CacheEvent<K> {
        /** Rejects missing parts. */
        public Changed {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(kind, "kind");
        }
    }

    /** The cache was emptied, by {@link NamedCache#invalidateAll} or {@link NamedCache#destroy}. No key of before is told of. */
    record Emptied<K>() implements CacheEvent<K> {}

    /**
     * Events are missing here, because this listener was too slow.
     *
     * @param events how many
     */
    record Missed<K>(long events) implements CacheEvent<K> {}
}
