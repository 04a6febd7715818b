package io.sinkron;

import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.ChangeKind;
import io.sinkron.common.Bytes;
import io.sinkron.node.NodeEvent.KeyChanged;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The listeners of one named cache at this node: turns changes of lines into events of keys. Thread-safe. */
final class CacheListeners<K> implements ChangeFeed.Sink {
    private final CacheParts<K, ?> parts;
    private final ChangeFeed feed;
    private final List<ListenerQueue<K>> listeners = new CopyOnWriteArrayList<>();

    CacheListeners(CacheParts<K, ?> parts, ChangeFeed feed) {
        this.parts = parts;
        this.feed = feed;
    }

    ClusterService.Subscription add(CacheListener<K> listener) {
        ListenerQueue<K> queue = new ListenerQueue<>(listener, parts.config().executor());
        synchronized (this) {
            listeners.add(queue);
            feed.listen(parts.config().name(), this);
        }
        return new ClusterService.Subscription() {
            @Override
            public long lost() {
                return queue.missed();
            }

            @Override
            public void close() {
                remove(queue);
            }
        };
    }

    private synchronized void remove(ListenerQueue<K> queue) {
        queue.close();
        if (listeners.remove(queue) && listeners.isEmpty()) {
            feed.unlisten(parts.config().name());
        }
    }

    @Override
    public void changed(KeyChanged change) {
        Bytes line = change.key();
        long generation = CacheKeys.generation(line);
        if (generation == 0) {
            if (change.kind() != ChangeKind.CREATED) {
                offer(new CacheEvent.Emptied<>());
            }
            return;
        }
        if (generation < parts.generation().lastKnown()) {
            return;
        }
        try {
            offer(new CacheEvent.Changed<>(
                    parts.format().keyOf(CacheKeys.visible(line)), change.version(), change.kind()));
        } catch (CodecException unreadable) {
            missed(1);
        }
    }

    private void offer(CacheEvent<K> event) {
        listeners.forEach(listener -> listener.offer(event));
    }

    @Override
    public void missed(long events) {
        listeners.forEach(listener -> listener.miss(events));
    }

    /** How many events listeners that are there now have missed. */
    long missed() {
        return listeners.stream().mapToLong(ListenerQueue::missed).sum();
    }

    synchronized void close() {
        listeners.forEach(this::remove);
    }
}
