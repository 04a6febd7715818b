package io.sinkron.runtime;

/** A listener's place among those who hear a node's events. Thread-safe. */
public interface EventSubscription extends AutoCloseable {
    /** How many events this listener has lost because it was slow. */
    long lost();

    /** Ends it; the listener may be in its last call. */
    @Override
    void close();
}
