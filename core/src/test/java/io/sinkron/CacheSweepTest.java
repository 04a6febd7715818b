package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheAnswer.Swept;
import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest.Sweep;
import io.sinkron.cache.MemoryTable;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is left of a cache's older generations in main memory goes, and nothing else does. */
class CacheSweepTest {
    private final MemoryTable memory = new MemoryTable();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final List<Sweep> asked = new ArrayList<>();
    private boolean isMemoryThere = true;
    private final CacheSweep sweep = new CacheSweep("users", this::step, later::add, soon::add);

    private CompletionStage<Swept> step(Sweep step) {
        asked.add(step);
        if (!isMemoryThere) {
            return CompletableFuture.failedFuture(new UnavailableException(new Refusal.Unavailable("away", 1)));
        }
        MemoryAnswer.Swept swept =
                (MemoryAnswer.Swept) memory.apply(new MemoryOp.Sweep(step.from(), step.to(), step.cursor(), 3));
        return CompletableFuture.completedFuture(new Swept(swept.removed(), swept.cursor()));
    }

    private Bytes put(Bytes key) {
        memory.apply(new MemoryOp.PutIfNewer(key, 1, new MemoryValue(1, false, Bytes.EMPTY, 0, List.of())));
        return key;
    }

    private Bytes put(String cache, long generation, String key) {
        return put(CacheKeys.named(cache, generation, Bytes.utf8(key)));
    }

    private List<Bytes> left() {
        return memory.snapshot().entries().stream().map(MemoryTable.Entry::key).toList();
    }

    private void run(ArrayDeque<Runnable> due) {
        due.remove().run();
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    @Test
    void olderGenerationsGoAnHourLaterInShortSteps() {
        List<Bytes> kept = new ArrayList<>();
        kept.add(put(CacheKeys.generationKey("users")));
        kept.add(put("users", 4, "a"));
        kept.add(put("users", 257, "a"));
        kept.add(put("user", 1, "a"));
        kept.add(put("users2", 1, "a"));
        kept.add(put(CacheKeys.unnamed(Bytes.utf8("users"))));
        kept.sort(Bytes::compareTo);
        for (int i = 0; i < 10; i++) {
            put("users", 1 + i % 3, "k" + i);
        }
        sweep.raisedTo(4);
        assertEquals(16, memory.size(), "calls from before may be under way");
        run(later);
        assertEquals(kept, left());
        assertEquals(4, asked.size(), "10 keys, 3 a step");
        assertTrue(later.isEmpty());
    }

    @Test
    void whatIsRaisedMeanwhileIsSweptAnHourAfterThat() {
        put("users", 1, "a");
        put("users", 2, "a");
        sweep.raisedTo(2);
        sweep.raisedTo(3);
        assertEquals(1, later.size());
        run(later);
        assertEquals(1, memory.size(), "the second one's time hasn't come");
        run(later);
        assertEquals(0, memory.size());
        assertTrue(later.isEmpty());
    }

    @Test
    void theFirstGenerationHasNoneBelow() {
        sweep.raisedTo(0);
        sweep.raisedTo(1);
        assertTrue(later.isEmpty());
    }

    @Test
    void whatAFailureLeavesGoesTheNextTime() {
        put("users", 1, "a");
        sweep.raisedTo(2);
        isMemoryThere = false;
        run(later);
        assertEquals(1, memory.size());
        assertTrue(later.isEmpty(), "a node that has stopped isn't asked for ever");
        isMemoryThere = true;
        sweep.raisedTo(3);
        run(later);
        assertEquals(0, memory.size());
    }
}
