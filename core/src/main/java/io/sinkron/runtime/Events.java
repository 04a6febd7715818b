package io.sinkron.runtime;

import io.sinkron.node.NodeEvent;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a node's events to listeners, each on a thread of its own, so that a slow one delays nobody and loses its own events only. Thread-safe. */
final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final int BUFFER = 4_096;

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    void publish(NodeEvent event) {
        for (Listener listener : listeners) {
            if (!listener.buffer.offer(event)) {
                listener.lost.incrementAndGet();
            }
        }
    }

    Listener subscribe(String name, Consumer<NodeEvent> action) {
        Listener listener = new Listener(action);
        listener.thread = new Thread(listener, name + "-events");
        listener.thread.setDaemon(true);
        listener.thread.start();
        listeners.add(listener);
        return listener;
    }

    void close() {
        listeners.forEach(Listener::close);
    }

    /** One listener. */
    final class Listener implements Runnable, EventSubscription {
        private final ArrayBlockingQueue<NodeEvent> buffer = new ArrayBlockingQueue<>(BUFFER);
        private final AtomicLong lost = new AtomicLong();
        private final Consumer<NodeEvent> action;
        private Thread thread;

        private Listener(Consumer<NodeEvent> action) {
            this.action = action;
        }

        @Override
        public void run() {
            try {
                while (true) {
                    NodeEvent event = buffer.take();
                    try {
                        action.accept(event);
                    } catch (RuntimeException e) {
                        LOG.warn("a listener failed on {}", event, e);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long lost() {
            return lost.get();
        }

        @Override
        public void close() {
            listeners.remove(this);
            thread.interrupt();
        }
    }
}
