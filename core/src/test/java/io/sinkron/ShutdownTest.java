package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.MemoryTable;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryStore;
import io.sinkron.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that is shut down: what it has written gets to main memory first, and it says what didn't. */
@Timeout(30)
class ShutdownTest {
    private final Memory memory = new Memory();
    private Sinkron node;

    /** A main memory that can be away. */
    private static final class Memory implements MemoryStore {
        private final MemoryTable table = new MemoryTable();
        private boolean isAway;

        @Override
        public synchronized CompletionStage<List<MemoryAnswer>> execute(List<MemoryOp> operations) {
            if (isAway) {
                return CompletableFuture.failedFuture(new StoreException("away", false));
            }
            List<MemoryAnswer> answers = new ArrayList<>();
            operations.forEach(operation -> answers.add(table.apply(operation)));
            return CompletableFuture.completedFuture(answers);
        }

        synchronized void isAway(boolean away) {
            isAway = away;
        }

        synchronized String stored() {
            return table.snapshot().entries().get(0).value().value().asUtf8();
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() throws Exception {
        node = Sinkron.builder().node("n1").volatileLog().memoryStore(memory).start();
        node.whenReady().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private CompletableFuture<Written> put(String value) {
        return node.cache()
                .put(Bytes.utf8("k"), Bytes.utf8(value), -1, Duration.ZERO, Durability.WRITE_BACK, CallOptions.DEFAULT)
                .toCompletableFuture();
    }

    @Test
    void whatWasWrittenIsInMainMemoryWhenTheNodeHasStopped() {
        put("1").join();
        put("2").join();
        ShutdownReport report = node.shutdown(Duration.ofSeconds(5));
        assertTrue(report.isClean(), report::toString);
        assertEquals("2", memory.stored());
        assertSame(report, node.shutdown(Duration.ofSeconds(5)));
    }

    @Test
    void aNodeThatStopsWhileMainMemoryIsAwaySaysWhatIsLost() {
        put("1").join();
        memory.isAway(true);
        long version = put("2").join().version();
        ShutdownReport report = node.shutdown(Duration.ofMillis(300));
        assertFalse(report.isClean());
        assertEquals(
                new ShutdownReport(
                        true, 1, 1, List.of(new ShutdownReport.Unsaved("", Bytes.utf8("k"), version, false))),
                report);
    }

    @Test
    void aNodeThatHasStoppedByItselfCannotSayWhatIsLost() {
        put("1").join();
        node.halt();
        ShutdownReport report = node.shutdown(Duration.ofSeconds(1));
        assertFalse(report.isKnown());
        assertThrows(CompletionException.class, () -> put("2").join());
    }
}
