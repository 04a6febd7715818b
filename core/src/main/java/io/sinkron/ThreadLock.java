package io.sinkron;

import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A replicated lock behind the JDK's interface: each thread is an owner of its own, so the lock is re-entrant for a thread and excludes the others of this
 * process too. {@link #lock} throws a {@link SinkronException} where the cluster can't be reached or a deadlock would arise.
 */
final class ThreadLock implements Lock {
    private final LockSession session;
    private final String name;
    private final LockMode mode;
    private final ThreadLocal<Deque<Granted>> held = ThreadLocal.withInitial(ArrayDeque::new);

    ThreadLock(LockSession session, String name, LockMode mode) {
        this.session = session;
        this.name = name;
        this.mode = mode;
    }

    private LockRequest request(Duration wait) {
        LockRequest request = mode == LockMode.EXCLUSIVE ? LockRequest.exclusive(name) : LockRequest.shared(name);
        return request.as("thread-" + Thread.currentThread().getId()).waiting(wait);
    }

    private boolean acquire(Duration wait) {
        try {
            held.get().push(Blocking.join(() -> session.acquire(request(wait))));
            return true;
        } catch (LockTimeoutException busy) {
            return false;
        }
    }

    @Override
    public void lock() {
        boolean wasInterrupted = false;
        try {
            while (true) {
                wasInterrupted |= Thread.interrupted();
                try {
                    if (acquire(LockRequest.MAX_WAIT)) {
                        return;
                    }
                } catch (CancelledException interrupted) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        while (!tryLock(LockRequest.MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            continue;
        }
    }

    @Override
    public boolean tryLock() {
        return acquire(Duration.ZERO);
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Duration wait = Duration.ofNanos(Math.max(0, unit.toNanos(time)));
        try {
            return acquire(wait.compareTo(LockRequest.MAX_WAIT) > 0 ? LockRequest.MAX_WAIT : wait);
        } catch (CancelledException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException();
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        }
    }

    @Override
    public void unlock() {
        Granted granted = held.get().poll();
        if (granted == null) {
            throw new IllegalMonitorStateException(
                    "the thread " + Thread.currentThread().getName() + " does not hold the lock '" + name + "'");
        }
        session.unlock(granted);
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("a replicated lock has no conditions; use a queue to wake others");
    }
}
