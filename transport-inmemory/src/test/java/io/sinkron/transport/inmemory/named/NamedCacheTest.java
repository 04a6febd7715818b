package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.BadRequestException;
import io.sinkron.BulkResult;
import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEntry;
import io.sinkron.CacheRefusal;
import io.sinkron.CacheStatistics;
import io.sinkron.CallOptions;
import io.sinkron.CodecException;
import io.sinkron.ComputeFailedException;
import io.sinkron.NamedCache;
import io.sinkron.PutOptions;
import io.sinkron.SinkronException;
import io.sinkron.VersionMismatchException;
import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.LineState;
import io.sinkron.common.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a named cache does without loader, writer or listeners. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class NamedCacheTest {
    private static ThreeNodes three;

    @BeforeAll
    static void start(ThreeNodes shared) {
        three = shared;
    }

    private static List<NamedCache<String, Long>> numbers() {
        List<NamedCache<String, Long>> caches =
                three.open(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                        .build());
        caches.forEach(cache -> cache.whenOpen().toCompletableFuture().join());
        return caches;
    }

    @Test
    void whatOneNodePutsTheOthersRead() {
        List<NamedCache<String, Long>> caches = numbers();
        long version = caches.get(0).put("apples", 10L);
        for (NamedCache<String, Long> cache : caches) {
            assertEquals(Optional.of(10L), cache.get("apples"));
            assertEquals(version, cache.getEntry("apples").orElseThrow().version());
        }
        assertEquals(Optional.empty(), caches.get(1).get("pears"));
    }

    @Test
    void cachesOfDifferentNamesAndTheUnnamedOneShareNothing() {
        NamedCache<String, Long> one = numbers().get(0);
        NamedCache<String, Long> other = numbers().get(1);
        one.put("k", 1L);
        three.node(0).cache().put("k", "unnamed");
        assertEquals(Optional.empty(), other.get("k"));
        other.put("k", 2L);
        assertEquals(Optional.of(1L), one.get("k"));
        assertEquals(Optional.of("unnamed"), three.node(2).cache().get("k"));
    }

    @Test
    void aKeyOfTheUnnamedCacheThatLooksLikeALineOfANamedOneIsAKeyLikeAnyOther() {
        NamedCache<String, Long> cache = numbers().get(0);
        cache.put("k", 1L);
        byte[] forged = CacheKeys.named(cache.name(), 1, Bytes.utf8("k")).array();
        String key = new String(forged, java.nio.charset.StandardCharsets.UTF_8);
        three.node(0).cache().put(key, "forged");
        assertEquals(Optional.of("forged"), three.node(1).cache().get(key));
        assertEquals(Optional.of(1L), cache.get("k"));
    }

    @Test
    void aValueThisNodeHasIsReadWithoutAskingAnybody() {
        NamedCache<String, Long> cache = numbers().get(1);
        assertEquals(Optional.empty(), cache.getIfLocal("k"));
        cache.put("k", 5L);
        assertEquals(5L, cache.getIfLocal("k").orElseThrow().value());
        assertEquals(LineState.M, lineState(cache, "k"));
        CacheStatistics statistics = cache.statistics();
        assertEquals(1, statistics.localHits());
        assertEquals(1.0, statistics.hitRatio());
    }

    private static LineState lineState(NamedCache<String, Long> cache, String key) {
        return cache.lineStates(key, CallOptions.DEFAULT)
                .toCompletableFuture()
                .join()
                .states()
                .get(three.node(1).cluster().self());
    }

    @Test
    void putIfAbsentShowsWhatIsThereInstead() {
        List<NamedCache<String, Long>> caches = numbers();
        assertEquals(Optional.empty(), caches.get(0).putIfAbsent("k", 1L));
        assertEquals(Optional.of(1L), caches.get(1).putIfAbsent("k", 2L));
        assertEquals(Optional.of(1L), caches.get(2).get("k"));
    }

    @Test
    void replaceAndRemoveAskForPresenceOrForAVersion() {
        List<NamedCache<String, Long>> caches = numbers();
        NamedCache<String, Long> cache = caches.get(0);
        assertFalse(cache.replace("k", 1L));
        assertFalse(cache.remove("k"));
        long first = caches.get(1).put("k", 1L);
        assertTrue(cache.replace("k", 2L));
        VersionMismatchException replaced =
                assertThrows(VersionMismatchException.class, () -> cache.replace("k", first, 3L));
        VersionMismatchException removed = assertThrows(VersionMismatchException.class, () -> cache.remove("k", first));
        assertEquals(replaced.getMessage(), removed.getMessage());
        long second = cache.getEntry("k").orElseThrow().version();
        long third = caches.get(2).replace("k", second, 3L);
        caches.get(1).remove("k", third);
        assertEquals(Optional.empty(), cache.get("k"));
        assertThrows(VersionMismatchException.class, () -> cache.remove("k", third));
        assertTrue(cache.put("k", 4L) > third, "versions grow over a removal");
    }

    @Test
    void concurrentUpdatesOfAllNodesLoseNothing() {
        List<NamedCache<String, Long>> caches = numbers();
        CallOptions options = CallOptions.DEFAULT.within(Duration.ofSeconds(20));
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            for (NamedCache<String, Long> cache : caches) {
                calls.add(cache.merge("sum", 1L, Long::sum, PutOptions.DEFAULT, options)
                        .toCompletableFuture());
            }
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
        assertEquals(Optional.of(300L), caches.get(0).get("sum"));
    }

    @Test
    void computeAndItsSistersDoAsTheJdkMapsDo() {
        NamedCache<String, Long> cache = numbers().get(2);
        assertEquals(Optional.empty(), cache.compute("k", (k, v) -> v));
        assertEquals(Optional.empty(), cache.computeIfPresent("k", (k, v) -> 1L));
        assertEquals(Optional.empty(), cache.computeIfAbsent("k", k -> null));
        assertEquals(Optional.of(1L), cache.computeIfAbsent("k", k -> 1L));
        assertEquals(Optional.of(1L), cache.computeIfAbsent("k", k -> 2L));
        assertEquals(Optional.of(2L), cache.computeIfPresent("k", (k, v) -> v + 1));
        assertEquals(Optional.of(3L), cache.compute("k", (k, v) -> v + 1));
        assertEquals(Optional.of(13L), cache.merge("k", 10L, Long::sum));
        assertEquals(Optional.empty(), cache.merge("k", 10L, (a, b) -> null));
        assertEquals(Optional.empty(), cache.get("k"));
    }

    @Test
    void aFunctionThatFailsChangesNothingAndItsExceptionIsTheCause() {
        NamedCache<String, Long> cache = numbers().get(0);
        cache.put("k", 1L);
        ArithmeticException thrown = new ArithmeticException("no");
        ComputeFailedException failed = assertThrows(
                ComputeFailedException.class,
                () -> cache.compute("k", (k, v) -> {
                    throw thrown;
                }));
        assertEquals(thrown, failed.getCause());
        assertEquals(Optional.of(1L), cache.get("k"));
    }

    @Test
    void aFunctionThatHoldsTheNodeUpIsCounted() {
        NamedCache<String, Long> cache = numbers().get(0);
        cache.compute("k", (k, v) -> 1L);
        cache.compute("k", (k, v) -> {
            long end = System.nanoTime() + CacheOptions.DEFAULT.maxComputeNanos();
            while (System.nanoTime() - end <= 0) {
                Thread.onSpinWait();
            }
            return 2L;
        });
        assertTrue(cache.statistics().slowComputes() >= 1, "the second one, at least");
    }

    @Test
    void aBlockingCallWithinAFunctionIsRefusedAtOnceAndNothingIsWritten() {
        NamedCache<String, Long> cache = numbers().get(0);
        AtomicReference<Throwable> within = new AtomicReference<>();
        ComputeFailedException failed = assertThrows(
                ComputeFailedException.class,
                () -> cache.compute("k", (k, v) -> {
                    try {
                        return cache.put("other", 1L);
                    } catch (IllegalStateException refused) {
                        within.set(refused);
                        throw refused;
                    }
                }));
        assertEquals(within.get(), failed.getCause());
        assertEquals(Optional.empty(), cache.get("other"));
        assertEquals(Optional.empty(), cache.get("k"));
    }

    @Test
    void aRepeatedUpdateWithItsIdempotencyKeyHasOneEffect() {
        List<NamedCache<String, Long>> caches = numbers();
        CallOptions options = CallOptions.DEFAULT.idempotent("once");
        for (NamedCache<String, Long> cache : caches) {
            CacheEntry<Long> entry = cache.merge("k", 1L, Long::sum, PutOptions.DEFAULT, options)
                    .toCompletableFuture()
                    .join()
                    .orElseThrow();
            assertEquals(1L, entry.value());
        }
        long version = caches.get(0)
                .put("p", 7L, PutOptions.DEFAULT, options)
                .toCompletableFuture()
                .join();
        assertEquals(
                version,
                caches.get(1)
                        .put("p", 7L, PutOptions.DEFAULT, options)
                        .toCompletableFuture()
                        .join());
        CompletionException other = assertThrows(
                CompletionException.class,
                () -> caches.get(2)
                        .put("p", 8L, PutOptions.DEFAULT, options)
                        .toCompletableFuture()
                        .join());
        assertEquals("idempotency-mismatch", ((SinkronException) other.getCause()).code());
    }

    @Test
    void anEntryEndsWithItsTimeToLiveAtEveryNode() throws Exception {
        List<NamedCache<String, Long>> caches = numbers();
        caches.get(0).put("k", 1L, Duration.ofMillis(300));
        caches.get(0).put("ever", 1L, Duration.ZERO);
        assertTrue(caches.get(1).getEntry("k").orElseThrow().expiresAtMillis() > 0);
        assertEquals(0, caches.get(1).getEntry("ever").orElseThrow().expiresAtMillis());
        for (NamedCache<String, Long> cache : caches) {
            Poll.until(() -> cache.get("k").isEmpty());
        }
        assertEquals(Optional.of(1L), caches.get(2).get("ever"));
    }

    @Test
    void aBulkCallHasOneEndForEachKeyAndALimit() {
        List<NamedCache<String, Long>> caches = numbers();
        Map<String, Long> entries = new LinkedHashMap<>();
        IntStream.range(0, NamedCache.MAX_BULK_KEYS).forEach(i -> entries.put("k" + i, (long) i));
        assertEquals(
                NamedCache.MAX_BULK_KEYS,
                caches.get(0).putAll(entries).orThrow().size());
        BulkResult<String, Optional<CacheEntry<Long>>> read = caches.get(1).getAll(List.of("k7", "none", "k7", "k9"));
        assertEquals(List.of("k7", "none", "k9"), List.copyOf(read.orThrow().keySet()));
        assertEquals(9L, read.results().get("k9").orElseThrow().value());
        assertEquals(Optional.empty(), read.results().get("none"));
        assertEquals(
                Map.of("k7", true, "none", false),
                caches.get(2).removeAll(List.of("k7", "none")).orThrow());
        entries.put("one too many", 1L);
        assertThrows(BadRequestException.class, () -> caches.get(0).putAll(entries));
    }

    @Test
    void aBulkCallsFailuresStandBesideItsResults() {
        NamedCache<String, Long> cache = numbers().get(0);
        cache.put("a", 1L);
        String tooLong = "x".repeat(513);
        BulkResult<String, Boolean> removed = cache.removeAll(List.of("a", "", tooLong, "b"));
        assertEquals(Map.of("a", true, "b", false), removed.results());
        assertEquals(List.of("", tooLong), List.copyOf(removed.failures().keySet()));
        assertFalse(removed.isComplete());
        BadRequestException first = assertThrows(BadRequestException.class, removed::orThrow);
        assertEquals(1, first.getSuppressed().length);
    }

    @Test
    void aCodecsExceptionNamesCacheAndKeyAndHasNoEffect() {
        CacheCodec<String> failing = CacheCodec.of(
                "failing",
                text -> {
                    if (text.startsWith("bad")) {
                        throw new IllegalStateException("cannot");
                    }
                    return Bytes.utf8(text);
                },
                bytes -> {
                    if (bytes.asUtf8().startsWith("unreadable")) {
                        throw new IllegalStateException("cannot either");
                    }
                    return bytes.asUtf8();
                });
        NamedCache<String, String> cache = three.node(0)
                .cache(CacheConfig.of(three.freshName(), CacheCodec.utf8(), failing)
                        .build());
        CodecException encoding = assertThrows(CodecException.class, () -> cache.put("k1", "bad"));
        assertEquals(
                new CacheRefusal.CodecFailed(
                        cache.name(), "failing", "value", "k1", "java.lang.IllegalStateException: cannot"),
                encoding.refusal());
        assertInstanceOf(IllegalStateException.class, encoding.getCause());
        assertEquals(Optional.empty(), cache.get("k1"));
        assertThrows(CodecException.class, () -> cache.compute("k1", (k, v) -> "bad"));
        cache.put("k2", "unreadable");
        assertThrows(CodecException.class, () -> cache.get("k2"));
        assertTrue(cache.remove("k2"), "what can't be read can be removed");
    }

    @Test
    void aBulkCallWithAMissingValueCallsNothing() {
        NamedCache<String, Long> cache = numbers().get(0);
        Map<String, Long> entries = new LinkedHashMap<>();
        entries.put("a", 1L);
        entries.put("b", null);
        assertThrows(NullPointerException.class, () -> cache.putAll(entries));
        assertEquals(Optional.empty(), cache.get("a"));
    }
}
