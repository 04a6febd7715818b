package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEntry;
import io.sinkron.CacheStatistics;
import io.sinkron.CallOptions;
import io.sinkron.LoadFailedException;
import io.sinkron.NamedCache;
import io.sinkron.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reading through a loader: once for all nodes, and never over a newer write. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class LoaderTest {
    private static final CallOptions PATIENT = CallOptions.DEFAULT.within(Duration.ofSeconds(20));

    private static ThreeNodes three;
    private static ExecutorService threads;

    private final VersionedStore store = new VersionedStore();

    @BeforeAll
    static void start(ThreeNodes shared) {
        three = shared;
        threads = Executors.newCachedThreadPool();
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
    }

    private List<NamedCache<String, Long>> caches() {
        return caches(Duration.ofSeconds(10));
    }

    private List<NamedCache<String, Long>> caches(Duration loadTimeout) {
        return three.open(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                .loader(store)
                .loadTimeout(loadTimeout)
                .executor(threads)
                .build());
    }

    private static CompletableFuture<Optional<CacheEntry<Long>>> get(NamedCache<String, Long> cache) {
        return cache.get("k", PATIENT).toCompletableFuture();
    }

    @Test
    void thirtyReadersOfThreeNodesLoadOnce() {
        store.seed("k", 7);
        CountDownLatch mayLoad = new CountDownLatch(1);
        store.beforeLoad = key -> mayLoad.await();
        List<NamedCache<String, Long>> caches = caches();
        List<CompletableFuture<Optional<CacheEntry<Long>>>> reads = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            reads.add(get(caches.get(i % 3)));
        }
        // Nobody is let find the value before all have found that there is none.
        Poll.until(() ->
                caches.stream().mapToLong(cache -> cache.statistics().misses()).sum() == 30);
        mayLoad.countDown();
        for (CompletableFuture<Optional<CacheEntry<Long>>> read : reads) {
            assertEquals(7L, read.join().orElseThrow().value());
        }
        assertEquals(1, store.loads.get());
        CacheStatistics sum = caches.get(0).statistics();
        assertEquals(10, sum.misses());
        assertEquals(1, caches.stream().mapToLong(c -> c.statistics().loads()).sum());
    }

    @Test
    void aPutDuringALoadWinsAndTheReaderGetsIt() {
        store.seed("k", 7);
        CountDownLatch mayLoad = new CountDownLatch(1);
        store.beforeLoad = key -> mayLoad.await();
        List<NamedCache<String, Long>> caches = caches();
        CompletableFuture<Optional<CacheEntry<Long>>> read = get(caches.get(0));
        Poll.until(() -> store.loads.get() > 0);
        caches.get(1).put("k", 8L);
        mayLoad.countDown();
        assertEquals(8L, read.join().orElseThrow().value());
        assertEquals(Optional.of(8L), caches.get(2).get("k"));
        assertEquals(1, store.loads.get());
    }

    @Test
    void whatWasLoadedBeforeARemovalIsLoadedAnew() {
        store.seed("k", 7);
        CountDownLatch mayLoad = new CountDownLatch(1);
        store.beforeLoad = key -> mayLoad.await();
        List<NamedCache<String, Long>> caches = caches();
        CompletableFuture<Optional<CacheEntry<Long>>> read = get(caches.get(0));
        Poll.until(() -> store.loads.get() > 0);
        store.seed("k", 9);
        assertFalse(caches.get(1).remove("k"));
        mayLoad.countDown();
        assertEquals(9L, read.join().orElseThrow().value());
        assertEquals(2, store.loads.get());
    }

    @Test
    void aReaderWhoComesAfterInvalidateAllIsNotToldOfALoadFromBefore() {
        store.seed("k", 7);
        CountDownLatch mayLoad = new CountDownLatch(1);
        store.beforeLoad = key -> mayLoad.await();
        List<NamedCache<String, Long>> caches = caches();
        CompletableFuture<Optional<CacheEntry<Long>>> before = get(caches.get(0));
        Poll.until(() -> store.loads.get() > 0);
        store.seed("k", 9);
        caches.get(1).invalidateAll();
        CompletableFuture<Optional<CacheEntry<Long>>> after = get(caches.get(0));
        Poll.until(() -> store.loads.get() > 1);
        mayLoad.countDown();
        assertEquals(7L, before.join().orElseThrow().value(), "it began before, and counts as done before");
        assertEquals(9L, after.join().orElseThrow().value());
    }

    @Test
    void whatTheStoreHasNotIsAbsentAndAskedForAgainNextTime() {
        List<NamedCache<String, Long>> caches = caches();
        assertEquals(Optional.empty(), caches.get(0).get("k"));
        assertEquals(Optional.empty(), caches.get(1).get("k"));
        assertEquals(2, store.loads.get());
        store.seed("k", 1);
        assertEquals(Optional.of(1L), caches.get(2).get("k"));
    }

    @Test
    void aReaderIsNotToldThatThereIsNothingByALoadThatLookedBeforeItCame() {
        CountDownLatch mayLoad = new CountDownLatch(1);
        store.beforeLoad = key -> mayLoad.await();
        List<NamedCache<String, Long>> caches = caches();
        CompletableFuture<Optional<CacheEntry<Long>>> first = get(caches.get(0));
        Poll.until(() -> store.loads.get() > 0);
        store.seed("k", 5);
        CompletableFuture<Optional<CacheEntry<Long>>> second = get(caches.get(0));
        CompletableFuture<Optional<CacheEntry<Long>>> third = get(caches.get(0));
        mayLoad.countDown();
        assertEquals(Optional.empty(), first.join());
        assertEquals(5L, second.join().orElseThrow().value());
        assertEquals(5L, third.join().orElseThrow().value());
        assertEquals(2, store.loads.get());
    }

    @Test
    void aFailedLoadIsToldWithItsCauseAndAWaiterAtAnotherNodeTriesForItself() {
        store.seed("k", 7);
        CountDownLatch mayLoad = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        store.beforeLoad = key -> {
            mayLoad.await();
            if (calls.incrementAndGet() == 1) {
                throw new IOException("no route");
            }
        };
        List<NamedCache<String, Long>> caches = caches();
        CompletableFuture<Optional<CacheEntry<Long>>> first = get(caches.get(0));
        Poll.until(() -> store.loads.get() > 0);
        CompletableFuture<Optional<CacheEntry<Long>>> second = get(caches.get(1));
        mayLoad.countDown();
        CompletionException error = assertThrows(CompletionException.class, first::join);
        LoadFailedException failed = assertInstanceOf(LoadFailedException.class, error.getCause());
        assertInstanceOf(IOException.class, failed.getCause());
        assertTrue(failed.isRetryable());
        assertEquals(7L, second.join().orElseThrow().value());
        assertEquals(1, caches.get(0).statistics().loadFailures());
    }

    @Test
    void aLoadThatTakesTooLongIsInterruptedAndItsResultThrownAway() {
        store.seed("k", 7);
        CountDownLatch interrupted = new CountDownLatch(1);
        store.beforeLoad = key -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        };
        NamedCache<String, Long> cache = caches(Duration.ofMillis(300)).get(0);
        LoadFailedException failed = assertThrows(LoadFailedException.class, () -> cache.get("k"));
        assertInstanceOf(TimeoutException.class, failed.getCause());
        Poll.until(() -> interrupted.getCount() == 0 || store.loads.get() == 0);
        assertEquals(Optional.empty(), cache.getIfLocal("k"));
        store.beforeLoad = key -> {};
        assertEquals(Optional.of(7L), cache.get("k"));
    }

    @Test
    void aReadEndsByItsOwnTimeThoughTheLoadGoesOnAndServesTheNext() {
        store.seed("k", 7);
        CountDownLatch mayLoad = new CountDownLatch(1);
        store.beforeLoad = key -> mayLoad.await();
        NamedCache<String, Long> cache = caches().get(0);
        CompletionException late = assertThrows(
                CompletionException.class,
                () -> cache.get("k", CallOptions.DEFAULT.within(Duration.ofMillis(200)))
                        .toCompletableFuture()
                        .join());
        assertInstanceOf(UnavailableException.class, late.getCause());
        mayLoad.countDown();
        assertEquals(Optional.of(7L), cache.get("k"));
        assertEquals(1, store.loads.get());
    }

    @Test
    void aLoadedValueThatDoesNotFitFailsTheReadAndLeavesNoClaim() {
        NamedCache<String, String> cache = three.node(0)
                .cache(CacheConfig.of(three.freshName())
                        .loader(key -> key.equals("big") ? "x".repeat(5 << 20) : "fits")
                        .executor(threads)
                        .build());
        assertThrows(io.sinkron.BadRequestException.class, () -> cache.get("big"));
        assertThrows(io.sinkron.BadRequestException.class, () -> cache.get("big"));
        assertEquals(Optional.of("fits"), cache.get("small"));
    }
}
