package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.node.NodeOptions;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import io.sinkron.wal.VolatileLogStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node whose log store takes as long as the test wants to prepare a snapshot. */
@Timeout(30)
class SnapshotPreparationTest {
    private static final int SNAPSHOT_AFTER_BYTES = 20_000;
    private static final int MESSAGE_BYTES = 1_000;

    private final CountDownLatch isPreparing = new CountDownLatch(1);
    private final CountDownLatch isAllowed = new CountDownLatch(1);
    private final BlockingQueue<StoredSnapshot> prepared = new LinkedBlockingQueue<>();
    private final BlockingQueue<StoredSnapshot> saved = new LinkedBlockingQueue<>();
    private volatile Optional<String> error = Optional.empty();

    private final LogStore log = new LogStore() {
        private final LogStore inner = new VolatileLogStore(1);

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
            inner.sync();
        }

        @Override
        public void prepareSnapshot(StoredSnapshot snapshot) throws IOException {
            isPreparing.countDown();
            try {
                isAllowed.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException("broken off");
            }
            if (error.isPresent()) {
                throw new IOException(error.get());
            }
            prepared.add(snapshot);
        }

        @Override
        public void saveSnapshot(StoredSnapshot snapshot, long freeUpTo) throws IOException {
            saved.add(snapshot);
            inner.saveSnapshot(snapshot, freeUpTo);
        }

        @Override
        public void close() throws IOException {
            inner.close();
        }
    };

    /** A cluster of one, so that every command waits for this log. */
    private Sinkron startAndFillTheLog() throws Exception {
        NodeOptions.Limits base = NodeOptions.Limits.DEFAULT;
        Sinkron node = Sinkron.builder()
                .node("n1")
                .logStore(log)
                .limits(new NodeOptions.Limits(
                        base.openCalls(),
                        base.answerWindow(),
                        base.resendNanos(),
                        base.batchCommands(),
                        base.batchBytes(),
                        base.maxCommandBytes(),
                        SNAPSHOT_AFTER_BYTES,
                        base.maxLogBytes()))
                .start();
        node.whenReady().toCompletableFuture().get(10, TimeUnit.SECONDS);
        send(node, 2 * SNAPSHOT_AFTER_BYTES / MESSAGE_BYTES);
        isPreparing.await();
        return node;
    }

    private static void send(Sinkron node, int messages) {
        for (int i = 0; i < messages; i++) {
            node.queues().send("q", new byte[MESSAGE_BYTES]);
        }
    }

    @Test
    void commandsAreCommittedWhileTheSnapshotIsWrittenAndItIsSavedBehindThat() throws Exception {
        try (Sinkron node = startAndFillTheLog()) {
            send(node, 10);
            assertTrue(saved.isEmpty());
            isAllowed.countDown();
            StoredSnapshot first = saved.take();
            assertEquals(prepared.take(), first);
        }
    }

    @Test
    void aSnapshotThatCannotBeWrittenStopsTheNode() throws Exception {
        try (Sinkron node = startAndFillTheLog()) {
            error = Optional.of("No space left on device");
            isAllowed.countDown();
            ExecutionException stopped = assertThrows(
                    ExecutionException.class,
                    () -> node.whenStopped().toCompletableFuture().get(10, TimeUnit.SECONDS));
            assertTrue(stopped.getCause().getMessage().contains("No space left on device"), stopped.toString());
            assertTrue(saved.isEmpty());
        }
    }

    @Test
    void aNodeThatIsClosedBreaksThePreparationOffAndThatIsNoFailure() throws Exception {
        Sinkron node = startAndFillTheLog();
        node.close();
        node.whenStopped().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertTrue(prepared.isEmpty());
        assertTrue(saved.isEmpty());
    }
}
