package io.sinkron;

import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A user's call on its way through several requests: one deadline for all of them, one idempotency key, and one future, whose cancelling cancels the request
 * that is under way. Thread-safe.
 */
final class CacheCall {
    private static final Duration MAX_REQUEST = Duration.ofMinutes(11);

    private final LineCalls lines;
    private final long endNanos;
    private final Optional<String> idempotencyKey;
    private volatile CompletionStage<?> step;
    private volatile boolean isCancelled;

    CacheCall(LineCalls lines, CallOptions options) {
        this(lines, Arguments.options(options).timeout(), options.idempotencyKey());
    }

    /** One of the library's own. */
    CacheCall(LineCalls lines, Duration timeout) {
        this(lines, timeout, Optional.empty());
    }

    private CacheCall(LineCalls lines, Duration timeout, Optional<String> idempotencyKey) {
        this.lines = lines;
        this.endNanos = System.nanoTime() + timeout.toNanos();
        this.idempotencyKey = idempotencyKey;
    }

    /** How long it has left: 1 ms at least, and no more than one request may take. */
    Duration left() {
        long left = Math.max(TimeUnit.MILLISECONDS.toNanos(1), endNanos - System.nanoTime());
        return Duration.ofNanos(Math.min(left, MAX_REQUEST.toNanos()));
    }

    boolean isOver() {
        return isCancelled || endNanos - System.nanoTime() <= 0;
    }

    /** Makes the next request within what is left. */
    <T> CompletionStage<T> ask(CacheRequest request, Function<Answer, T> result) {
        return ask(request, left(), result);
    }

    /** Makes the next request within what is left, and within a time of its own. */
    <T> CompletionStage<T> ask(CacheRequest request, Duration within, Function<Answer, T> result) {
        if (isOver()) {
            return CompletableFuture.failedFuture(tooLate());
        }
        Duration left = left();
        CallOptions options = new CallOptions(within.compareTo(left) < 0 ? within : left, Optional.empty());
        CompletionStage<T> asked = lines.ask(request, options, result);
        step = asked;
        if (isCancelled) {
            asked.toCompletableFuture().cancel(true);
        }
        return asked;
    }

    /** What makes a write known by the call's idempotency key, if it has one. */
    Optional<Remember> remember(String operation, Object... request) {
        return idempotencyKey.map(key -> new Remember(operation + ":" + key, Calls.fingerprint(request)));
    }

    static UnavailableException tooLate() {
        return new UnavailableException(new Refusal.Unavailable("the call's time was over before it was done", 1));
    }

    /** The user's future: ends as the last step does, with the exception itself. */
    <T> CompletableFuture<T> ending(CompletionStage<T> last) {
        CompletableFuture<T> end = new Ending<>();
        last.whenComplete((value, error) -> {
            if (error == null) {
                end.complete(value);
            } else {
                end.completeExceptionally(cause(error));
            }
        });
        return end;
    }

    /**
     * As {@link #ending(CompletionStage)}, for steps that don't end by the deadline on their own.
     *
     * @param late what the future fails with then
     * @param executor runs the future's continuations then
     */
    <T> CompletableFuture<T> ending(CompletionStage<T> last, Supplier<SinkronException> late, Executor executor) {
        CompletableFuture<T> inTime = new CompletableFuture<>();
        CompletableFuture<T> end = new Ending<>();
        last.whenComplete((value, error) -> {
            inTime.complete(null);
            if (error == null) {
                end.complete(value);
            } else {
                end.completeExceptionally(cause(error));
            }
        });
        inTime.orTimeout(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS).whenComplete((value, error) -> {
            if (error != null) {
                try {
                    executor.execute(() -> end.completeExceptionally(late.get()));
                } catch (RejectedExecutionException full) {
                    end.completeExceptionally(late.get());
                }
            }
        });
        return end;
    }

    /** What a stage failed with, out of its wrapping. */
    static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private final class Ending<T> extends CompletableFuture<T> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean isFirst = super.cancel(mayInterruptIfRunning);
            if (isFirst) {
                isCancelled = true;
                CompletionStage<?> asked = step;
                if (asked != null) {
                    asked.toCompletableFuture().cancel(true);
                }
            }
            return isFirst;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }
}
