package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEntry;
import io.sinkron.CallOptions;
import io.sinkron.NamedCache;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node dies while it loads for all. */
@Timeout(40)
class LostLoaderTest {
    @Test
    void whoWaitsForALoadWhoseNodeDiesLoadsInItsPlace() throws Exception {
        VersionedStore store = new VersionedStore();
        store.seed("k", 7);
        CountDownLatch never = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ThreeNodes three = ThreeNodes.start()) {
            List<NamedCache<String, Long>> caches =
                    three.open(CacheConfig.of("orphaned", CacheCodec.utf8(), CacheCodec.longs())
                            .loader(store)
                            .loadTimeout(Duration.ofSeconds(1))
                            .executor(threads)
                            .build());
            CallOptions patient = CallOptions.DEFAULT.within(Duration.ofSeconds(30));
            store.beforeLoad = key -> never.await();
            caches.get(0).get("k", patient);
            Poll.until(() -> store.loads.get() == 1);
            store.beforeLoad = key -> {};
            CompletableFuture<Optional<CacheEntry<Long>>> waiting =
                    caches.get(1).get("k", patient).toCompletableFuture();
            three.node(0).halt();
            assertEquals(7L, waiting.join().orElseThrow().value());
            assertEquals(2, store.loads.get());
            assertEquals(Optional.of(7L), caches.get(2).get("k"));
        } finally {
            threads.shutdownNow();
        }
    }
}
