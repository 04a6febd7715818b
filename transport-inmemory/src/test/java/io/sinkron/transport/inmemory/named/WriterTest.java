package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEntry;
import io.sinkron.CacheRefusal;
import io.sinkron.CallOptions;
import io.sinkron.IndeterminateException;
import io.sinkron.NamedCache;
import io.sinkron.PutOptions;
import io.sinkron.WriterFailedException;
import io.sinkron.common.Refusal.Effect;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Writing through to a store of the user's own, which the loader reads. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class WriterTest {
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
        return three.open(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                .loader(store)
                .writer(store)
                .executor(threads)
                .build());
    }

    @Test
    void whatIsAnsweredTheStoreHas() {
        List<NamedCache<String, Long>> caches = caches();
        caches.get(0).put("k", 1L);
        assertEquals(1L, store.value("k"));
        caches.get(1).merge("k", 10L, Long::sum);
        assertEquals(11L, store.value("k"));
        assertTrue(caches.get(2).replace("k", 12L));
        assertEquals(12L, store.value("k"));
        assertEquals(Optional.of(12L), caches.get(0).putIfAbsent("k", 13L));
        assertEquals(3, store.writes.get(), "nothing was written, so nothing is written through");
        assertTrue(caches.get(0).remove("k"));
        assertNull(store.value("k"));
        assertEquals(Optional.empty(), caches.get(1).get("k"));
    }

    @Test
    void aKeyThatOnlyTheStoreHasIsRemovedThere() {
        store.seed("k", 1);
        assertFalse(caches().get(0).remove("k"));
        assertNull(store.value("k"));
    }

    @Test
    void theStoreEndsWithTheCachesLastValueWhateverTheOrderOfTheCalls() {
        List<NamedCache<String, Long>> caches = caches();
        List<CompletableFuture<?>> puts = new ArrayList<>();
        for (long i = 0; i < 90; i++) {
            puts.add(caches.get((int) (i % 3))
                    .put("k", i, PutOptions.DEFAULT, PATIENT)
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).join();
        assertEquals(Optional.ofNullable(store.value("k")), caches.get(0).get("k"));
        assertEquals(90, store.writes.get());
    }

    @Test
    void aWriteThatTheStoreRefusesIsTakenBackAndItsCauseTold() {
        List<NamedCache<String, Long>> caches = caches();
        caches.get(0).put("k", 1L);
        store.beforeWrite = key -> {
            throw new IOException("disk full");
        };
        WriterFailedException failed =
                assertThrows(WriterFailedException.class, () -> caches.get(1).put("k", 2L));
        assertInstanceOf(IOException.class, failed.getCause());
        assertTrue(((CacheRefusal.WriterFailed) failed.refusal()).isWithdrawn());
        assertEquals(Effect.UNKNOWN, failed.effect());
        assertEquals(Optional.of(1L), caches.get(2).get("k"), "the store's value, loaded");
        assertThrows(WriterFailedException.class, () -> caches.get(1).remove("k"));
        assertEquals(Optional.of(1L), caches.get(2).get("k"));
        assertEquals(2, caches.get(1).statistics().writerFailures());
    }

    @Test
    void aReaderDuringARemovalDoesNotBringTheOldValueBack() {
        List<NamedCache<String, Long>> caches = caches();
        caches.get(0).put("k", 1L);
        CountDownLatch isRemoving = new CountDownLatch(1);
        CountDownLatch mayRemove = new CountDownLatch(1);
        store.beforeWrite = key -> {
            isRemoving.countDown();
            mayRemove.await();
        };
        CompletableFuture<Boolean> removal = caches.get(0).remove("k", PATIENT).toCompletableFuture();
        Poll.until(() -> isRemoving.getCount() == 0);
        CompletableFuture<Optional<CacheEntry<Long>>> read =
                caches.get(1).get("k", PATIENT).toCompletableFuture();
        assertThrows(TimeoutException.class, () -> read.get(150, TimeUnit.MILLISECONDS));
        assertEquals(0, store.loads.get(), "loads wait while the store removes");
        mayRemove.countDown();
        assertTrue(removal.join());
        assertEquals(Optional.empty(), read.join());
        assertEquals(Optional.empty(), caches.get(2).get("k"));
    }

    @Test
    void anOldValueThatIsLoadedWhileTheStoreWritesIsThrownAway() {
        List<NamedCache<String, Long>> caches = caches();
        store.seed("k", 1);
        CountDownLatch isWriting = new CountDownLatch(1);
        CountDownLatch mayWrite = new CountDownLatch(1);
        store.beforeWrite = key -> {
            isWriting.countDown();
            mayWrite.await();
        };
        CompletableFuture<Long> put = caches.get(0)
                .put("k", 2L, PutOptions.DEFAULT.living(Duration.ofMillis(50)), PATIENT)
                .toCompletableFuture();
        Poll.until(() -> isWriting.getCount() == 0);
        Poll.until(() -> caches.get(1).get("k").equals(Optional.of(1L)));
        mayWrite.countDown();
        put.join();
        assertEquals(Optional.of(2L), caches.get(1).get("k"), "the store's new value, though the old one was loaded");
        assertEquals(Optional.of(2L), caches.get(2).get("k"));
    }

    @Test
    void emptyingTheCacheWhileTheStoreWritesOrRemovesLeavesNothingOldBehind() {
        List<NamedCache<String, Long>> caches = caches();
        store.seed("put", 1);
        store.seed("removed", 1);
        CountDownLatch areUnderWay = new CountDownLatch(2);
        CountDownLatch mayWrite = new CountDownLatch(1);
        store.beforeWrite = key -> {
            areUnderWay.countDown();
            mayWrite.await();
        };
        CompletableFuture<Long> put =
                caches.get(0).put("put", 2L, PutOptions.DEFAULT, PATIENT).toCompletableFuture();
        CompletableFuture<Boolean> removal =
                caches.get(0).remove("removed", PATIENT).toCompletableFuture();
        Poll.until(() -> areUnderWay.getCount() == 0);
        caches.get(1).invalidateAll();
        assertEquals(Optional.of(1L), caches.get(2).get("put"), "the store hasn't got it yet");
        assertEquals(Optional.of(1L), caches.get(2).get("removed"));
        mayWrite.countDown();
        put.join();
        removal.join();
        assertEquals(Optional.of(2L), caches.get(2).get("put"));
        assertEquals(Optional.empty(), caches.get(2).get("removed"));
    }

    @Test
    void aCallWhoseTimeIsOverBeforeTheStoreHasAnsweredIsUnknown() {
        List<NamedCache<String, Long>> caches = caches();
        CountDownLatch mayWrite = new CountDownLatch(1);
        store.beforeWrite = key -> mayWrite.await();
        CompletableFuture<Long> put = caches.get(0)
                .put("k", 1L, PutOptions.DEFAULT, CallOptions.DEFAULT.within(Duration.ofMillis(200)))
                .toCompletableFuture();
        CompletionException late = assertThrows(CompletionException.class, put::join);
        assertInstanceOf(IndeterminateException.class, late.getCause());
        mayWrite.countDown();
        Poll.until(() -> Long.valueOf(1).equals(store.value("k")));
    }
}
