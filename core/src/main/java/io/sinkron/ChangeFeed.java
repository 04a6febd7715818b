package io.sinkron;

import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest.Listen;
import io.sinkron.node.NodeEvent;
import io.sinkron.node.NodeEvent.KeyChanged;
import io.sinkron.runtime.EventSubscription;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the cluster which caches this node listens to, and hands what comes in to each. Thread-safe. */
final class ChangeFeed {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

    private final Calls calls;
    private final LineCalls lines;
    private final Map<String, Sink> sinks = new HashMap<>();
    private EventSubscription subscription;
    private long lost;

    ChangeFeed(Calls calls, LineCalls lines) {
        this.calls = calls;
        this.lines = lines;
    }

    /** Who is told of a cache's changes, on the node's thread for events. */
    interface Sink {
        void changed(KeyChanged change);

        /** So many events, of whichever cache, were lost. */
        void missed(long events);
    }

    /** From now on this one is told of a cache's changes. */
    synchronized void listen(String cache, Sink sink) {
        if (sinks.put(cache, sink) != null) {
            return;
        }
        if (subscription == null) {
            lost = 0;
            subscription = calls.loop().subscribe(this::event);
        }
        announce();
    }

    /** Nobody is told of that cache's changes any more. */
    synchronized void unlisten(String cache) {
        if (sinks.remove(cache) == null) {
            return;
        }
        announce();
        if (sinks.isEmpty()) {
            subscription.close();
            subscription = null;
        }
    }

    private void announce() {
        lines.ask(new Listen(Set.copyOf(sinks.keySet())), CallOptions.DEFAULT, Function.identity())
                .whenComplete((answer, error) -> {
                    if (error != null) {
                        LOG.warn("the listeners of caches could not be announced", error);
                    }
                });
    }

    private void event(NodeEvent event) {
        Sink sink = null;
        long missed;
        synchronized (this) {
            long now = subscription == null ? lost : subscription.lost();
            missed = now - lost;
            lost = now;
            if (missed > 0) {
                long events = missed;
                sinks.values().forEach(each -> each.missed(events));
            }
            if (event instanceof KeyChanged change) {
                sink = sinks.get(CacheKeys.region(change.key()));
            }
        }
        if (sink != null) {
            sink.changed((KeyChanged) event);
        }
    }
}
