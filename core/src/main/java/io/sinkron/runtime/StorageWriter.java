package io.sinkron.runtime;

import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The storage thread: takes all writes that wait, appends them, syncs once for all (group commit), and reports the last one as durable. While it syncs, the
 * next ones gather, so batches grow with the load and nothing waits for a timer. The first failure is the last thing it does: an fsync that failed is never
 * tried again as if nothing was lost. What waits is bounded by Raft's bound of uncommitted bytes.
 */
final class StorageWriter implements Runnable {
    private static final Write STOP = new Write(
            Long.MAX_VALUE,
            new io.sinkron.spi.LogBatch(java.util.Optional.empty(), 0, List.of()),
            java.util.Optional.empty());

    private final LogStore store;
    private final LongConsumer persisted;
    private final Consumer<IOException> failed;
    private final LinkedBlockingQueue<Write> queue = new LinkedBlockingQueue<>();

    StorageWriter(LogStore store, LongConsumer persisted, Consumer<IOException> failed) {
        this.store = store;
        this.persisted = persisted;
        this.failed = failed;
    }

    void submit(Write write) {
        queue.add(write);
    }

    /** Ends the thread once all earlier writes are done. */
    void stop() {
        queue.add(STOP);
    }

    @Override
    public void run() {
        List<Write> batch = new ArrayList<>();
        try {
            while (true) {
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch);
                boolean isLast = batch.remove(STOP);
                write(batch);
                if (isLast) {
                    return;
                }
            }
        } catch (IOException e) {
            failed.accept(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failed.accept(new IOException("the log store broke: " + e, e));
        }
    }

    private void write(List<Write> batch) throws IOException {
        boolean isUnsynced = false;
        long done = 0;
        for (Write write : batch) {
            store.append(write.batch());
            isUnsynced = true;
            done = write.sequence();
            if (write.snapshot().isPresent()) {
                store.sync();
                isUnsynced = false;
                var snapshot = write.snapshot().get();
                store.saveSnapshot(snapshot.snapshot(), snapshot.freeUpTo());
                persisted.accept(done);
            }
        }
        if (isUnsynced) {
            store.sync();
            persisted.accept(done);
        }
    }
}
