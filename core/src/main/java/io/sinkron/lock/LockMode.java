package io.sinkron.lock;

/** How a lock is held. */
public enum LockMode {
    /** Together with other shared holders. */
    SHARED,
    /** Alone. */
    EXCLUSIVE;

    /** Whether two different owners may hold one lock in these modes at once. */
    public boolean isCompatibleWith(LockMode other) {
        return this == SHARED && other == SHARED;
    }
}
