package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.CallOptions;
import io.sinkron.NamedCache;
import io.sinkron.PutOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Emptying a cache at one instant, at all nodes. */
@Timeout(30)
class InvalidateAllTest {
    private static final int ROUNDS = 40;

    @Test
    void noReadThatBeginsAfterInvalidateAllFindsWhatWasThereBefore() throws Exception {
        try (ThreeNodes three = ThreeNodes.start()) {
            CacheConfig<String, Long> config = CacheConfig.of("emptied", CacheCodec.utf8(), CacheCodec.longs())
                    .build();
            List<NamedCache<String, Long>> caches = three.open(config);
            AtomicLong emptied = new AtomicLong(-1);
            AtomicBoolean isOver = new AtomicBoolean();
            List<Reader> readers = new ArrayList<>();
            for (NamedCache<String, Long> cache : caches) {
                Reader reader = new Reader(cache, emptied, isOver);
                readers.add(reader);
                reader.start();
            }
            for (long round = 0; round < ROUNDS; round++) {
                caches.get((int) (round % 3)).put("k", round);
                for (NamedCache<String, Long> cache : caches) {
                    assertEquals(Optional.of(round), cache.get("k"), "everybody has a copy");
                }
                caches.get((int) (round / 3 % 3)).invalidateAll();
                emptied.set(round);
                for (NamedCache<String, Long> cache : caches) {
                    assertEquals(Optional.empty(), cache.getIfLocal("k"));
                    assertEquals(Optional.empty(), cache.get("k"));
                }
            }
            isOver.set(true);
            for (Reader reader : readers) {
                reader.join();
                assertEquals(List.of(), reader.tooOld);
                assertTrue(reader.found > 0, "it has read something");
            }
        }
    }

    /** Reads a key again and again, whose value is the number of the round that it was put in. */
    private static final class Reader extends Thread {
        private final NamedCache<String, Long> cache;
        private final AtomicLong emptied;
        private final AtomicBoolean isOver;
        private final List<String> tooOld = new ArrayList<>();
        private long found;

        Reader(NamedCache<String, Long> cache, AtomicLong emptied, AtomicBoolean isOver) {
            this.cache = cache;
            this.emptied = emptied;
            this.isOver = isOver;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!isOver.get()) {
                long before = emptied.get();
                Optional<Long> value = cache.get("k");
                if (value.isPresent()) {
                    found++;
                }
                if (value.filter(round -> round <= before).isPresent()) {
                    tooOld.add(value.get() + " after " + before + " was emptied");
                }
            }
        }
    }

    @Test
    void writesOfAllNodesAndInvalidateAllAtTheSameTimeLeaveOneTruth() throws Exception {
        try (ThreeNodes three = ThreeNodes.start()) {
            CacheConfig<String, Long> config = CacheConfig.of("mixed", CacheCodec.utf8(), CacheCodec.longs())
                    .build();
            List<NamedCache<String, Long>> caches = three.open(config);
            List<CompletableFuture<?>> calls = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Map<String, Long> entries = new LinkedHashMap<>();
                entries.put("a", (long) i);
                entries.put("b", (long) i);
                calls.add(caches.get(i % 3)
                        .putAll(entries, PutOptions.DEFAULT, CallOptions.DEFAULT)
                        .toCompletableFuture());
                if (i % 10 == 0) {
                    calls.add(
                            caches.get(i % 3).invalidateAll(CallOptions.DEFAULT).toCompletableFuture());
                }
            }
            CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
            for (String key : List.of("a", "b")) {
                Optional<Long> seen = caches.get(0).get(key);
                assertEquals(seen, caches.get(1).get(key));
                assertEquals(seen, caches.get(2).get(key));
            }
        }
    }
}
