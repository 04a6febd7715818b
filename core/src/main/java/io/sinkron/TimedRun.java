package io.sinkron;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a user's code that may block, for so long at most: then its thread is interrupted, and what it does after that is nobody's. */
final class TimedRun<T> extends FutureTask<T> {
    private final CompletableFuture<T> end = new CompletableFuture<>();

    private TimedRun(Callable<T> code) {
        super(code);
    }

    /** Fails with what the code throws, with {@link TimeoutException}, or with {@link RejectedExecutionException} if the executor doesn't take it. */
    static <T> CompletableFuture<T> on(Executor executor, Callable<T> code, Duration longest) {
        TimedRun<T> run = new TimedRun<>(code);
        run.end.orTimeout(longest.toNanos(), TimeUnit.NANOSECONDS).whenComplete((value, error) -> {
            if (error instanceof TimeoutException) {
                run.cancel(true);
            }
        });
        try {
            executor.execute(run);
        } catch (RejectedExecutionException full) {
            run.end.completeExceptionally(full);
        }
        return run.end;
    }

    /** Whether this is what {@link #on} fails with when the time is over. */
    static boolean isTimeout(Throwable failure) {
        return failure instanceof TimeoutException && failure.getMessage() == null;
    }

    @Override
    protected void done() {
        if (isCancelled()) {
            return;
        }
        try {
            end.complete(get());
        } catch (ExecutionException failed) {
            end.completeExceptionally(failed.getCause());
        } catch (InterruptedException impossible) {
            Thread.currentThread().interrupt();
            end.completeExceptionally(impossible);
        }
    }
}
