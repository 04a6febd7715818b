package io.sinkron.runtime;

import io.sinkron.node.SnapshotResult;
import io.sinkron.node.SnapshotTask;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The snapshot thread: makes and restores snapshots, one at a time in the order given, at the lowest priority, beside the loop. The node never gives more than
 * two that aren't done. A snapshot that was made is written to the log store's disk here, before anybody hears of it, so that the storage thread, and the
 * commits that wait for it, are spared that. A failure is the last thing it does: a state that can't be made again from what was committed must not be built upon, and a
 * disk that fails is never tried again.
 */
final class SnapshotWorker implements Runnable {
    private final LogStore store;
    private final Consumer<SnapshotResult> done;
    private final Consumer<Throwable> failed;
    private final LinkedBlockingQueue<SnapshotTask> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean isStopped;

    /**
     * @param store where what was made is prepared
     * @param done takes each result, on this thread
     * @param failed takes the failure, if there is one, on this thread
     */
    SnapshotWorker(String name, LogStore store, Consumer<SnapshotResult> done, Consumer<Throwable> failed) {
        this.store = store;
        this.done = done;
        this.failed = failed;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
    }

    void start() {
        thread.start();
    }

    void submit(SnapshotTask task) {
        tasks.add(task);
    }

    /** Ends the thread behind the task that it works on, which nobody waits for: its result is lost, as in a crash. */
    void stop() {
        isStopped = true;
        thread.interrupt();
    }

    @Override
    public void run() {
        try {
            while (true) {
                SnapshotResult result = tasks.take().run();
                if (isStopped) {
                    return;
                }
                if (result instanceof SnapshotResult.Built built) {
                    store.prepareSnapshot(built.snapshot());
                }
                done.accept(result);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            // The interrupt of stop() breaks off what is being written, which is no failure of the disk.
            if (!isStopped) {
                failed.accept(e);
            }
        }
    }
}
