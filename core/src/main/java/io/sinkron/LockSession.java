package io.sinkron;

import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.Released;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A session of this process, kept alive by its node until it is closed. Locks are held by owners inside the session; when the session
 * ends, by {@link #close} or because the node could not extend it in time, all its locks are released. Thread-safe.
 *
 * <p>A lock excludes other lock holders, not side effects outside the cluster: pass the {@link Granted#token fencing token} to the guarded
 * resource and let it refuse lower ones (see {@link FencingGuard}).
 */
public interface LockSession extends AutoCloseable {
    /** The session's id. */
    String id();

    /**
     * Whether the session is surely alive by this node's own clock: counted from before the last successful keepalive was sent. Once false
     * it may have ended at the cluster.
     */
    boolean isValid();

    /** Completes when the session is over: normally when closed, with a {@link SessionExpiredException} when it was lost. */
    CompletionStage<Void> whenOver();

    /**
     * Takes a lock, waiting in its queue if need be. Fails with {@link DeadlockException}, {@link LockTimeoutException},
     * {@link SessionExpiredException}, {@link UnavailableException} or {@link IndeterminateException}. Cancelling the stage's future
     * ({@code toCompletableFuture().cancel(..)}) ends the wait; a grant that wins the race is given back.
     */
    CompletionStage<Granted> acquire(LockRequest request);

    /** Gives one level of a hold back. Fails with {@link NotHolderException} if the token isn't that of the hold. */
    CompletionStage<Released> release(String lock, String owner, long token);

    /** {@link #release} for what {@link #acquire} gave. */
    default CompletionStage<Released> release(Granted granted) {
        return release(granted.lock(), granted.owner().name(), granted.token());
    }

    /** {@link #acquire} for an exclusive lock of the default owner, blocking for at most this long; the wait is in the queue. */
    default Granted lock(String name, Duration wait) {
        return Blocking.join(() -> acquire(LockRequest.exclusive(name).waiting(wait)));
    }

    /** {@link #release}, blocking. */
    default void unlock(Granted granted) {
        Blocking.join(() -> release(granted));
    }

    /** A {@link java.util.concurrent.locks.Lock} on a name; each thread is an owner of its own. */
    java.util.concurrent.locks.Lock asLock(String name);

    /** A {@link java.util.concurrent.locks.ReadWriteLock} on a name; each thread is an owner of its own. */
    java.util.concurrent.locks.ReadWriteLock asReadWriteLock(String name);

    /** Ends the session, releases its locks, and blocks until that is done or a few seconds are over. Idempotent. */
    @Override
    void close();
}
