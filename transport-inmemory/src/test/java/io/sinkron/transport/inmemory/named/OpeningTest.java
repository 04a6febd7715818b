package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.BadRequestException;
import io.sinkron.CacheClosedException;
import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheMismatchException;
import io.sinkron.CacheRefusal;
import io.sinkron.NamedCache;
import io.sinkron.cache.CacheKeys;
import io.sinkron.common.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Opening named caches, with what nodes must agree on; closing and destroying them. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class OpeningTest {
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
    void aNodeWhoseCodecsDifferIsRefusedAtItsFirstCallAndToldBoth() {
        String name = three.freshName();
        NamedCache<String, Long> first = three.node(0)
                .cache(CacheConfig.of(name, CacheCodec.utf8(), CacheCodec.longs())
                        .build());
        first.put("k", 1L);
        NamedCache<String, String> second =
                three.node(1).cache(CacheConfig.of(name).build());
        CacheMismatchException refused = assertThrows(CacheMismatchException.class, () -> second.get("k"));
        assertEquals(
                new CacheRefusal.Mismatch(name, "keys=utf8 values=utf8", "keys=utf8 values=long"), refused.refusal());
        assertThrows(CacheMismatchException.class, () -> second.put("k", "v"));
        CompletionException opening = assertThrows(
                CompletionException.class,
                () -> second.whenOpen().toCompletableFuture().join());
        assertInstanceOf(CacheMismatchException.class, opening.getCause());
        assertEquals(Optional.of(1L), first.get("k"));
    }

    @Test
    void aNameOpenedTwiceIsOneCacheAndWithOtherOptionsRefused() {
        String name = three.freshName();
        NamedCache<String, String> cache =
                three.node(0).cache(CacheConfig.of(name).build());
        assertEquals(cache, three.node(0).cache(CacheConfig.of(name).build()));
        CacheConfig<String, String> other = CacheConfig.of(name).maxEntries(5).build();
        assertThrows(CacheMismatchException.class, () -> three.node(0).cache(other));
        cache.close();
        assertEquals(5, three.node(0).cache(other).config().maxEntries());
    }

    @Test
    void aConfigurationOutOfRangeIsRefusedByName() {
        assertBad("name", () -> CacheConfig.of("x".repeat(65)).build());
        assertBad("name", () -> CacheConfig.of("").build());
        assertBad("maxEntries", () -> CacheConfig.of("a").maxEntries(0).build());
        assertBad(
                "timeToLive",
                () -> CacheConfig.of("a").timeToLive(Duration.ofDays(31)).build());
        assertBad(
                "maxIdle",
                () -> CacheConfig.of("a").maxIdle(Duration.ofMillis(9)).build());
        assertBad(
                "keys.id",
                () -> CacheConfig.of(
                                "a", CacheCodec.of("", (String s) -> Bytes.utf8(s), Bytes::asUtf8), CacheCodec.longs())
                        .build());
    }

    private static void assertBad(String field, org.junit.jupiter.api.function.Executable what) {
        BadRequestException refused = assertThrows(BadRequestException.class, what);
        assertTrue(refused.getMessage().contains(field.replace(".id", "")), refused.getMessage());
    }

    @Test
    void aClosedCacheRefusesAndTheOtherNodesGoOn() {
        List<NamedCache<String, Long>> caches = numbers();
        caches.get(0).put("k", 1L);
        caches.get(0).close();
        caches.get(0).close();
        assertThrows(CacheClosedException.class, () -> caches.get(0).get("k"));
        assertThrows(CacheClosedException.class, () -> caches.get(0).getIfLocal("k"));
        assertEquals(Optional.of(1L), caches.get(1).get("k"));
    }

    @Test
    void aClosedCacheLeavesNothingBehindAtItsNode() {
        List<NamedCache<String, Long>> caches = numbers();
        String name = caches.get(0).name();
        for (long i = 0; i < 50; i++) {
            caches.get(0).put("k" + i, i);
        }
        assertTrue(linesOf(name) >= 50);
        caches.get(0).close();
        Poll.until(() -> linesOf(name) == 0);
        assertEquals(Optional.of(49L), caches.get(2).get("k49"));
    }

    private static long linesOf(String name) {
        return three.node(0).cache().lines(CacheKeys.generationKey(name), 1_000).stream()
                .filter(line -> CacheKeys.region(line.key()).equals(name))
                .count();
    }

    @Test
    void aDestroyedCacheIsEmptyAndItsNameIsFreeForOtherCodecs() throws Exception {
        List<NamedCache<String, Long>> caches = numbers();
        String name = caches.get(0).name();
        caches.get(0).put("k", 1L);
        caches.get(1).get("k");
        caches.get(0).destroy();
        assertThrows(CacheClosedException.class, () -> caches.get(0).get("k"));
        NamedCache<String, String> text =
                three.node(0).cache(CacheConfig.of(name).build());
        text.whenOpen().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertEquals(Optional.empty(), text.get("k"));
        assertThrows(CacheMismatchException.class, () -> caches.get(1).get("k"));
    }
}
