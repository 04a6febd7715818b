package io.sinkron;

import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockMode;
import java.time.Duration;
import java.util.Objects;

/**
 * How to take a lock. Immutable; each method returns a changed copy.
 *
 * @param lock the lock's name, 1 to 512 bytes of UTF-8; it exists while it is held or waited for
 * @param mode exclusive or shared
 * @param owner who holds it, inside the session, 1 to 128 bytes
 * @param maxWait how long to wait in the queue: zero never waits; at most {@link #MAX_WAIT}
 * @param label for people who read a deadlock; may be empty, at most 128 bytes
 * @param onDeadlock what to do if waiting would close a cycle
 */
public record LockRequest(
        String lock, LockMode mode, String owner, Duration maxWait, String label, DeadlockPolicy onDeadlock) {
    /** The owner of who names none. */
    public static final String DEFAULT_OWNER = "default";

    /** The longest wait. */
    public static final Duration MAX_WAIT = Duration.ofMinutes(10);

    /** Rejects missing parts; ranges are checked when the lock is asked for. */
    public LockRequest {
        Objects.requireNonNull(lock, "lock");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(maxWait, "maxWait");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(onDeadlock, "onDeadlock");
    }

    /** An exclusive lock, not waiting. */
    public static LockRequest exclusive(String lock) {
        return new LockRequest(lock, LockMode.EXCLUSIVE, DEFAULT_OWNER, Duration.ZERO, "", DeadlockPolicy.REJECT);
    }

    /** A shared lock, not waiting. */
    public static LockRequest shared(String lock) {
        return new LockRequest(lock, LockMode.SHARED, DEFAULT_OWNER, Duration.ZERO, "", DeadlockPolicy.REJECT);
    }

    /** The same for another owner. */
    public LockRequest as(String newOwner) {
        return new LockRequest(lock, mode, newOwner, maxWait, label, onDeadlock);
    }

    /** The same with another wait. */
    public LockRequest waiting(Duration newWait) {
        return new LockRequest(lock, mode, owner, newWait, label, onDeadlock);
    }

    /** The same with a label. */
    public LockRequest labelled(String newLabel) {
        return new LockRequest(lock, mode, owner, maxWait, newLabel, onDeadlock);
    }

    /** The same with another deadlock policy. */
    public LockRequest onDeadlock(DeadlockPolicy policy) {
        return new LockRequest(lock, mode, owner, maxWait, label, policy);
    }
}
