package io.sinkron;

import io.sinkron.node.NodeOptions;
import io.sinkron.runtime.EventLoop;
import io.sinkron.runtime.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One node of a Sinkron cluster inside this process, and the way to its services.
 *
 * <pre>{@code
 * try (Sinkron node = Sinkron.builder().node("n1").volatileLog().start()) {
 *     node.whenReady().toCompletableFuture().join();
 *     try (LockSession session = node.locks().openSession()) {
 *         Granted granted = session.lock("orders", Duration.ofSeconds(5));
 *         node.queues().send("mails", "hello".getBytes(UTF_8));
 *         node.cache().put("greeting", "hello");
 *         session.unlock(granted);
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe. Continuations of the returned stages run on the builder's callback executor.
 */
public final class Sinkron implements AutoCloseable {
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final EventLoop loop;
    private final ScheduledExecutorService timer;
    private final Locks locks;
    private final Queues queues;
    private final Caches cache;
    private final Clusters cluster;

    private Sinkron(EventLoop loop, NodeOptions options) {
        this.loop = loop;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sinkron-" + options.self() + "-keepalive");
            thread.setDaemon(true);
            return thread;
        });
        Calls calls = new Calls(loop);
        this.locks = new Locks(calls, timer);
        this.queues = new Queues(calls);
        this.cache = new Caches(calls, options.limits().maxCommandBytes() / 2);
        this.cluster = new Clusters(loop, options);
        loop.whenStopped().whenComplete((done, error) -> timer.shutdownNow());
    }

    /** Starts with every default. */
    public static SinkronBuilder builder() {
        return new SinkronBuilder();
    }

    static Sinkron start(Parts parts) throws IOException {
        return new Sinkron(EventLoop.start(parts), parts.options());
    }

    /** The lock manager. */
    public LockService locks() {
        return locks;
    }

    /** The message queues. */
    public QueueService queues() {
        return queues;
    }

    /** The coherent cache. */
    public CacheService cache() {
        return cache;
    }

    /** What this node knows of the cluster. */
    public ClusterService cluster() {
        return cluster;
    }

    /** Done when this node can serve for the first time: there is a leader, and this node is in its view and has a lease. */
    public CompletionStage<Void> whenReady() {
        return loop.whenReady().minimalCompletionStage();
    }

    /** Done when this node has stopped; fails with the reason if it had to stop, such as a failed disk. */
    public CompletionStage<Void> whenStopped() {
        return loop.whenStopped().minimalCompletionStage();
    }

    /** Stops at once, without writing dirty cache lines back: what a crash leaves behind, but for files and sockets, which are closed. */
    public void halt() {
        loop.halt();
    }

    /** Writes dirty cache lines back, within five seconds, and stops. Idempotent; open calls end as unknown. */
    @Override
    public void close() {
        loop.shutdown(CLOSE_PATIENCE);
    }
}
