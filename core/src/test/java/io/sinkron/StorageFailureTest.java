package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Refusal;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import io.sinkron.wal.VolatileLogStore;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that fails stops the node with its reason; nothing is acknowledged that may be lost. */
@Timeout(30)
class StorageFailureTest {
    /** A log store whose syncs fail from a moment on. */
    private static final class FailingLog implements LogStore {
        private final LogStore inner = new VolatileLogStore(1);
        private volatile boolean isFailing;

        @Override
        public Recovered recover() throws IOException {
            return inner.recover();
        }

        @Override
        public void append(LogBatch batch) throws IOException {
            inner.append(batch);
        }

        @Override
        public void sync() throws IOException {
            if (isFailing) {
                throw new IOException("Input/output error");
            }
            inner.sync();
        }

        @Override
        public void saveSnapshot(StoredSnapshot snapshot, long freeUpTo) throws IOException {
            inner.saveSnapshot(snapshot, freeUpTo);
        }

        @Override
        public void close() throws IOException {
            inner.close();
        }
    }

    @Test
    void aFailedSyncStopsTheNodeAndLeavesOpenCallsUnknown() throws Exception {
        FailingLog log = new FailingLog();
        Sinkron node = Sinkron.builder().node("n1").logStore(log).start();
        node.whenReady().toCompletableFuture().get(10, TimeUnit.SECONDS);
        node.queues().send("q", new byte[] {1});
        log.isFailing = true;
        CompletableFuture<?> open = node.locks()
                .createSession(java.time.Duration.ofSeconds(10), "", CallOptions.DEFAULT)
                .toCompletableFuture();
        ExecutionException unknown = assertThrows(ExecutionException.class, open::get);
        IndeterminateException ended = assertInstanceOf(IndeterminateException.class, unknown.getCause());
        assertEquals(Refusal.Effect.UNKNOWN, ended.effect());
        ExecutionException stopped = assertThrows(
                ExecutionException.class,
                () -> node.whenStopped().toCompletableFuture().get(10, TimeUnit.SECONDS));
        assertTrue(stopped.getCause().getMessage().contains("Input/output error"), stopped.toString());
        assertThrows(UnavailableException.class, () -> node.queues().send("q", new byte[] {2}));
        assertTrue(node.cluster().reasonsNotReady().contains("the node has stopped"));
        node.close();
    }
}
