package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEvent;
import io.sinkron.CacheEvent.Changed;
import io.sinkron.CacheEvent.Emptied;
import io.sinkron.ClusterService.Subscription;
import io.sinkron.NamedCache;
import io.sinkron.cache.ChangeKind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hearing of what other nodes write. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class ListenerTest {
    private static ThreeNodes three;

    @BeforeAll
    static void start(ThreeNodes shared) {
        three = shared;
    }

    private static List<NamedCache<String, Long>> caches() {
        return three.open(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                .build());
    }

    /** Writes until all writers know that there is a listener, then forgets what came of that. */
    private static void awaitHeard(List<NamedCache<String, Long>> caches, List<CacheEvent<String>> heard) {
        for (int i = 0; i < caches.size(); i++) {
            String probe = "probe" + i;
            NamedCache<String, Long> writer = caches.get(i);
            Poll.until(() -> {
                writer.put(probe, 0L);
                return heard.stream()
                        .anyMatch(e -> e instanceof Changed<String> c && c.key().equals(probe));
            });
        }
        for (int i = 0; i < caches.size(); i++) {
            String probe = "probe" + i;
            long last = caches.get(i).getEntry(probe).orElseThrow().version();
            Poll.until(() -> heard.stream()
                    .anyMatch(e -> e instanceof Changed<String> c && c.key().equals(probe) && c.version() == last));
        }
        heard.clear();
    }

    @Test
    void aListenerHearsOfEachKeyInTheOrderOfItsVersions() {
        List<NamedCache<String, Long>> caches = caches();
        List<CacheEvent<String>> heard = new CopyOnWriteArrayList<>();
        try (Subscription subscription = caches.get(2).listen(heard::add)) {
            awaitHeard(caches, heard);
            long created = caches.get(0).put("k", 1L);
            long updated = caches.get(1).put("k", 2L);
            caches.get(2).remove("k");
            Poll.until(() -> heard.size() == 3);
            assertEquals(new Changed<>("k", created, ChangeKind.CREATED), heard.get(0));
            assertEquals(new Changed<>("k", updated, ChangeKind.UPDATED), heard.get(1));
            Changed<String> removed = (Changed<String>) heard.get(2);
            assertEquals(ChangeKind.REMOVED, removed.kind());
            assertTrue(removed.version() > updated);
            assertEquals(0, subscription.lost());
        }
    }

    @Test
    void emptyingTheCacheIsOneEvent() {
        List<NamedCache<String, Long>> caches = caches();
        List<CacheEvent<String>> heard = new CopyOnWriteArrayList<>();
        try (Subscription subscription = caches.get(0).listen(heard::add)) {
            awaitHeard(caches, heard);
            caches.get(1).invalidateAll();
            Poll.until(() -> heard.size() == 1);
            assertEquals(List.of(new Emptied<String>()), heard);
            caches.get(2).put("k", 1L);
            Poll.until(() -> heard.size() == 2);
            assertEquals(0, subscription.lost());
        }
    }

    @Test
    void aListenerThatFailsOrIsClosedDisturbsNobody() {
        List<NamedCache<String, Long>> caches = caches();
        List<CacheEvent<String>> heard = new CopyOnWriteArrayList<>();
        List<CacheEvent<String>> ended = new CopyOnWriteArrayList<>();
        Subscription failing = caches.get(0).listen(event -> {
            throw new IllegalStateException("on purpose");
        });
        Subscription closed = caches.get(0).listen(ended::add);
        Subscription subscription = caches.get(0).listen(heard::add);
        closed.close();
        awaitHeard(caches, heard);
        long version = caches.get(1).put("k", 1L);
        Poll.until(() -> heard.contains(new Changed<>("k", version, ChangeKind.CREATED)));
        assertEquals(List.of(), ended);
        failing.close();
        subscription.close();
        subscription.close();
    }

    @Test
    void aCacheThatNobodyListensToSaysNothingToListenersOfOthers() {
        List<NamedCache<String, Long>> caches = caches();
        List<NamedCache<String, Long>> others = caches();
        List<CacheEvent<String>> heard = new CopyOnWriteArrayList<>();
        try (Subscription subscription = caches.get(0).listen(heard::add)) {
            awaitHeard(caches, heard);
            others.get(1).put("k", 1L);
            long last = caches.get(1).put("k", 2L);
            Poll.until(() -> heard.contains(new Changed<>("k", last, ChangeKind.CREATED)));
            assertEquals(1, heard.size());
            assertEquals(0, subscription.lost());
        }
    }
}
