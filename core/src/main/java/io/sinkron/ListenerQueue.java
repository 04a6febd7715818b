package io.sinkron;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener and the events that wait for it: bounded, handed over one at a time on its executor. Thread-safe. */
final class ListenerQueue<K> {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerQueue.class);
    /** How many events in a row take a thread of the executor. */
    private static final int ROUND = 64;

    private final CacheListener<K> listener;
    private final Executor executor;
    private final Deque<CacheEvent<K>> pending = new ArrayDeque<>();
    private long missedSince;
    private long missed;
    private boolean isRunning;
    private boolean isClosed;

    ListenerQueue(CacheListener<K> listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    void offer(CacheEvent<K> event) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            if (pending.size() >= CacheListener.MAX_PENDING_EVENTS) {
                missed++;
                missedSince++;
            } else {
                tellMissed();
                pending.add(event);
            }
        }
        run();
    }

    /** So many events were lost on their way here. */
    void miss(long events) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            missed += events;
            missedSince += events;
        }
        run();
    }

    private void tellMissed() {
        if (missedSince > 0) {
            pending.add(new CacheEvent.Missed<>(missedSince));
            missedSince = 0;
        }
    }

    synchronized long missed() {
        return missed;
    }

    synchronized void close() {
        isClosed = true;
        pending.clear();
    }

    /** Has the next events handed over, unless that is being done. Without the lock: the executor may run them right here. */
    private void run() {
        if (!begins()) {
            return;
        }
        try {
            executor.execute(this::round);
        } catch (RejectedExecutionException full) {
            refused();
        }
    }

    private synchronized boolean begins() {
        if (pending.isEmpty()) {
            tellMissed();
        }
        if (isRunning || isClosed || pending.isEmpty()) {
            return false;
        }
        isRunning = true;
        return true;
    }

    private synchronized void refused() {
        isRunning = false;
        for (CacheEvent<K> event = pending.poll(); event != null; event = pending.poll()) {
            if (event instanceof CacheEvent.Missed<K> before) {
                missedSince += before.events();
            } else {
                missed++;
                missedSince++;
            }
        }
    }

    private void round() {
        for (int i = 0; i < ROUND; i++) {
            CacheEvent<K> event = next();
            if (event == null) {
                break;
            }
            try {
                listener.onEvent(event);
            } catch (RuntimeException failed) {
                LOG.warn("a cache's listener failed on {}", event, failed);
            }
        }
        synchronized (this) {
            isRunning = false;
        }
        run();
    }

    private synchronized CacheEvent<K> next() {
        return pending.poll();
    }
}
