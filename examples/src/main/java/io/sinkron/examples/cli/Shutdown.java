package io.sinkron.examples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends the process in order when it gets SIGTERM or SIGINT. The JVM would report the signal in its exit status; a drained node has ended
 * well, so the hook sets the status itself. Thread-safe.
 */
final class Shutdown {
    private final AtomicInteger status = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);

    private Shutdown() {}

    /** Runs {@code drain} at the end of the process, whatever ends it, and then exits with {@link #status}. */
    static Shutdown onSignal(Runnable drain) {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                drain.run();
                            } finally {
                                shutdown.done.countDown();
                                Runtime.getRuntime().halt(shutdown.status.get());
                            }
                        },
                        "sinkron-shutdown"));
        return shutdown;
    }

    /** Sets the status to exit with. */
    void status(int newStatus) {
        status.set(newStatus);
    }

    /** Waits until the process ends. */
    void await() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
