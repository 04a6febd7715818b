package io.sinkron;

import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.Released;
import io.sinkron.lock.LockAnswer.SessionOpened;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * A session that is extended every third of its time to live. Valid until its time to live, less a tenth for clock drift, after the last successful
 * keepalive was <em>sent</em>: so this side stops before the cluster may give its locks to others.
 */
final class KeptSession implements LockSession {
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

    private final LockService locks;
    private final String id;
    private final long ttlMillis;
    private final ScheduledExecutorService timer;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile long validUntilNanos;

    private KeptSession(LockService locks, SessionOpened opened, ScheduledExecutorService timer) {
        this.locks = locks;
        this.id = opened.session();
        this.ttlMillis = opened.ttlMillis();
        this.timer = timer;
    }

    static LockSession start(LockService locks, SessionOpened opened, long askedNanos, ScheduledExecutorService timer) {
        KeptSession session = new KeptSession(locks, opened, timer);
        session.extendedFrom(askedNanos);
        session.schedule(session.ttlMillis / 3);
        return session;
    }

    private void extendedFrom(long sentNanos) {
        validUntilNanos = sentNanos + TimeUnit.MILLISECONDS.toNanos(ttlMillis - ttlMillis / 10);
    }

    private void schedule(long delayMillis) {
        try {
            timer.schedule(this::keepAlive, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            lost(new UnavailableException(new Refusal.Unavailable("the node has stopped", 1_000)));
        }
    }

    private void keepAlive() {
        if (over.isDone()) {
            return;
        }
        long sent = System.nanoTime();
        CallOptions options = CallOptions.DEFAULT.within(Duration.ofMillis(Math.max(200, ttlMillis / 3)));
        locks.keepAlive(id, options).whenComplete((answer, error) -> {
            if (error == null) {
                extendedFrom(sent);
                schedule(ttlMillis / 3);
            } else if (cause(error) instanceof SessionExpiredException expired) {
                lost(expired);
            } else {
                schedule(Math.max(50, ttlMillis / 20));
            }
        });
    }

    private void lost(SinkronException why) {
        validUntilNanos = System.nanoTime() - 1;
        over.completeExceptionally(why);
    }

    private static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean isValid() {
        return !over.isDone() && validUntilNanos - System.nanoTime() > 0;
    }

    @Override
    public CompletionStage<Void> whenOver() {
        return over.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Granted> acquire(LockRequest request) {
        if (over.isDone()) {
            return CompletableFuture.failedFuture(new SessionExpiredException(new LockAnswer.SessionExpired(id)));
        }
        return locks.acquire(id, request, CallOptions.DEFAULT);
    }

    @Override
    public CompletionStage<Released> release(String lock, String owner, long token) {
        return locks.release(id, owner, lock, token, CallOptions.DEFAULT);
    }

    @Override
    public Lock asLock(String name) {
        return new ThreadLock(this, name, io.sinkron.lock.LockMode.EXCLUSIVE);
    }

    @Override
    public ReadWriteLock asReadWriteLock(String name) {
        Lock read = new ThreadLock(this, name, io.sinkron.lock.LockMode.SHARED);
        Lock write = asLock(name);
        return new ReadWriteLock() {
            @Override
            public Lock readLock() {
                return read;
            }

            @Override
            public Lock writeLock() {
                return write;
            }
        };
    }

    @Override
    public void close() {
        if (!over.complete(null)) {
            return;
        }
        validUntilNanos = System.nanoTime() - 1;
        try {
            Blocking.join(() -> locks.closeSession(id, CallOptions.DEFAULT.within(CLOSE_PATIENCE)));
        } catch (SinkronException notReached) {
            // The session ends by itself when its time to live is over; nothing more can be done from here.
        }
    }
}
