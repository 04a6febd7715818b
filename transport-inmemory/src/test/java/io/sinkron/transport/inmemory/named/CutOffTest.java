package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.BadRequestException;
import io.sinkron.CacheConfig;
import io.sinkron.CacheEntry;
import io.sinkron.CallOptions;
import io.sinkron.NamedCache;
import io.sinkron.Sinkron;
import io.sinkron.SinkronException;
import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.PartitionPolicy;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node that is cut off says. */
@Timeout(40)
class CutOffTest {
    private static CacheConfig<String, String> config(String name, PartitionPolicy policy) {
        return CacheConfig.of(name)
                .partitionPolicy(policy)
                .timeout(Duration.ofMillis(400))
                .build();
    }

    @Test
    void aCacheRefusesOrServesWhatItHadMarkedAsStale() throws Exception {
        CacheOptions options = CacheOptions.DEFAULT.withPartitionPolicy(PartitionPolicy.SERVE_STALE);
        try (ThreeNodes three = ThreeNodes.start(options)) {
            List<NamedCache<String, String>> strict = three.open(config("strict", PartitionPolicy.REFUSE));
            List<NamedCache<String, String>> lenient = three.open(config("lenient", PartitionPolicy.SERVE_STALE));
            CallOptions patient = CallOptions.DEFAULT;
            for (NamedCache<String, String> cache : List.of(strict.get(2), lenient.get(2))) {
                cache.put("k", "old", io.sinkron.PutOptions.DEFAULT, patient)
                        .toCompletableFuture()
                        .join();
                assertFalse(cache.getEntry("k").orElseThrow().isStale());
            }
            Sinkron cutOff = three.node(2);
            three.network().isolate(NodeId.of("n3"));
            Poll.until(() -> !cutOff.cluster().status().isLeaseValid(System.nanoTime()));
            assertThrows(SinkronException.class, () -> strict.get(2).get("k"));
            assertEquals(Optional.empty(), strict.get(2).getIfLocal("k"));
            assertTrue(strict.get(2)
                    .getIfLocal("k", ReadMode.STALE_OK)
                    .orElseThrow()
                    .isStale());
            CacheEntry<String> stale = lenient.get(2).getEntry("k").orElseThrow();
            assertEquals("old", stale.value());
            assertTrue(stale.isStale());
            assertThrows(SinkronException.class, () -> lenient.get(2).put("k", "x"));
            three.network().heal();
            Poll.until(() -> cutOff.cluster().status().isLeaseValid(System.nanoTime()));
            Poll.until(() -> {
                try {
                    return !lenient.get(2).getEntry("k").orElseThrow().isStale();
                } catch (SinkronException notYet) {
                    return false;
                }
            });
            assertEquals(Optional.of("old"), strict.get(0).get("k"));
        }
    }

    @Test
    void aCacheCanNotServeWhatItsNodeDoesNotKeep() throws Exception {
        try (Sinkron node = Sinkron.builder().node("n1").volatileLog().start()) {
            assertThrows(BadRequestException.class, () -> node.cache(config("lenient", PartitionPolicy.SERVE_STALE)));
        }
    }
}
