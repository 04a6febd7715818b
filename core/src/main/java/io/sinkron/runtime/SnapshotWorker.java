package io.sinkron.runtime;

import io.sinkron.node.SnapshotResult;
import io.sinkron.node.SnapshotTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The snapshot thread: makes and restores snapshots, one at a time in the order given, at the lowest priority, beside the loop. The node never gives more than
 * two that aren't done. A failure is the last thing it does: a state that can't be made again from what was committed must not be built upon.
 */
final class SnapshotWorker implements Runnable {
    private final Consumer<SnapshotResult> done;
    private final Consumer<Throwable> failed;
    private final LinkedBlockingQueue<SnapshotTask> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;

    /**
     * @param done takes each result, on this thread
     * @param failed takes the failure, if there is one, on this thread
     */
    SnapshotWorker(String name, Consumer<SnapshotResult> done, Consumer<Throwable> failed) {
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
        thread.interrupt();
    }

    @Override
    public void run() {
        try {
            while (true) {
                done.accept(tasks.take().run());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failed.accept(e);
        }
    }
}
