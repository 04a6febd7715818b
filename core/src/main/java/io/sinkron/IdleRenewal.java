package io.sinkron;

import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.cache.Updater;
import io.sinkron.cache.Updater.Change;
import io.sinkron.common.Bytes;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts the end of entries off that are read: a line lives one and a half idle times, and a read that finds less than one left writes the same value anew. So an entry
 * lives for an idle time at least after each read, and costs one write for each half of an idle time at most, however often it is read. One renewal of an entry at a
 * time is made here. Thread-safe.
 */
final class IdleRenewal<K, V> {
    private final CacheParts<K, V> parts;
    private final Set<Bytes> underWay = ConcurrentHashMap.newKeySet();

    IdleRenewal(CacheParts<K, V> parts) {
        this.parts = parts;
    }

    /** Whether a read of this value, which this node has, must put its end off. */
    boolean isDue(Value read) {
        if (parts.config().maxIdle().isZero() || read.expiresAtMillis() == 0 || read.isStale()) {
            return false;
        }
        long now = parts.clusterMillis();
        return parts.format().renewedMillis(read.value(), read.expiresAtMillis() - now, now) > 0
                && !underWay.contains(read.key());
    }

    /** The entry that was read, with the version and the end that it has after its renewal; as it was read if that can't be done. */
    CompletionStage<CacheEntry<V>> renew(CacheCall call, K key, Value read) {
        CacheEntry<V> entry = parts.format().entry(key, read);
        if (!underWay.add(read.key())) {
            return CompletableFuture.completedFuture(entry);
        }
        Updater renewal = (present, clusterMillis) -> present.map(p ->
                        p.ttlMillis() == 0 ? 0 : parts.format().renewedMillis(p.value(), p.ttlMillis(), clusterMillis))
                .filter(millis -> millis > 0)
                .<Change>map(millis -> new Change.Replace(present.get().value(), millis))
                .orElseGet(Change.Keep::new);
        Update update = new Update(
                read.key(),
                renewal,
                parts.lines().maxValueBytes(),
                parts.config().durability(),
                Optional.empty());
        return call.ask(update, answer -> Refusals.expect(answer, Updated.class))
                .handle((updated, error) -> {
                    underWay.remove(read.key());
                    boolean isSame = error == null
                            && updated.value().filter(read.value()::equals).isPresent();
                    return isSame
                            ? new CacheEntry<>(entry.value(), updated.version(), updated.expiresAtMillis(), false)
                            : entry;
                });
    }
}
