package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEntry;
import io.sinkron.CacheStatistics;
import io.sinkron.NamedCache;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How long entries stay: idle times, and places. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class ExpiryAndPlaceTest {
    private static final Duration IDLE = Duration.ofMillis(600);

    private static ThreeNodes three;

    @BeforeAll
    static void start(ThreeNodes shared) {
        three = shared;
    }

    private static List<NamedCache<String, Long>> idling(Duration timeToLive) {
        return three.open(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                .maxIdle(IDLE)
                .timeToLive(timeToLive)
                .build());
    }

    @Test
    void anEntryThatIsReadStaysAndOneThatIsNotGoes() {
        List<NamedCache<String, Long>> caches = idling(Duration.ZERO);
        caches.get(0).put("read", 1L);
        caches.get(0).put("idle", 1L);
        Set<Long> versions = new HashSet<>();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 2 * IDLE.toNanos()) {
            CacheEntry<Long> entry = caches.get(1).getEntry("read").orElseThrow();
            versions.add(entry.version());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        assertEquals(Optional.empty(), caches.get(2).get("idle"));
        assertTrue(versions.size() > 1, "its end was put off");
        assertTrue(versions.size() <= 6, versions.size() + " versions: more than one for half an idle time");
        assertEquals(1L, caches.get(1).getIfLocal("read").orElseThrow().value());
        LockSupport.parkNanos(IDLE.multipliedBy(7).dividedBy(4).toNanos());
        assertEquals(Optional.empty(), caches.get(0).get("read"));
    }

    @Test
    void readingPutsTheEndOffNoFurtherThanTheTimeToLive() {
        List<NamedCache<String, Long>> caches = idling(IDLE.plusMillis(400));
        caches.get(0).put("k", 1L);
        long begin = System.nanoTime();
        Poll.until(() -> caches.get(1).get("k").isEmpty());
        long lived = System.nanoTime() - begin;
        assertTrue(lived > IDLE.toNanos(), "reads have put its end off");
        assertTrue(lived < IDLE.multipliedBy(4).toNanos(), "it lived for " + lived + " ns");
    }

    @Test
    void aCacheKeepsToItsPlacesAtANodeAndLosesNothing() {
        NamedCache<String, Long> small = three.node(0)
                .cache(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                        .maxEntries(10)
                        .build());
        NamedCache<String, Long> other = three.node(0)
                .cache(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                        .build());
        other.put("k", 1L);
        for (long i = 0; i < 200; i++) {
            small.put("k" + i, i);
        }
        Poll.until(() -> small.statistics().size() <= 10);
        CacheStatistics statistics = small.statistics();
        assertTrue(statistics.evictions() >= 180, statistics.toString());
        assertEquals(1L, other.getIfLocal("k").orElseThrow().value(), "another cache's entries aren't touched");
        for (long i = 0; i < 200; i += 20) {
            assertEquals(Optional.of(i), small.get("k" + i));
        }
    }
}
