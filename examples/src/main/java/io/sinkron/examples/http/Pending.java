package io.sinkron.examples.http;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A result to come that can be cancelled at its source. A {@link CompletableFuture} made by {@code thenApply} does not pass its cancellation
 * on to the one it came from; this does, also through several calls one after the other. Thread-safe.
 */
public final class Pending<T> {
    private final CompletableFuture<T> result;
    private final Runnable cancelSource;

    private Pending(CompletableFuture<T> result, Runnable cancelSource) {
        this.result = result;
        this.cancelSource = cancelSource;
    }

    /** A result that is there. */
    public static <T> Pending<T> of(T value) {
        return new Pending<>(CompletableFuture.completedFuture(value), () -> {});
    }

    /** A failure that is there. */
    public static <T> Pending<T> failed(Throwable failure) {
        return new Pending<>(CompletableFuture.failedFuture(failure), () -> {});
    }

    /** The result of a call; cancelling cancels the call's future. */
    public static <T> Pending<T> of(CompletionStage<T> call) {
        CompletableFuture<T> future = call.toCompletableFuture();
        return new Pending<>(future, () -> future.cancel(true));
    }

    /** The result, changed. */
    public <U> Pending<U> map(Function<? super T, ? extends U> change) {
        return new Pending<>(result.thenApply(change), cancelSource);
    }

    /** The result of a second call that is made when this one has its result; not made at all if this was cancelled before. */
    public <U> Pending<U> then(Function<? super T, Pending<U>> next) {
        Link<U> link = new Link<>();
        CompletableFuture<U> chained = result.thenCompose(value -> link.start(() -> next.apply(value)));
        return new Pending<>(chained, () -> {
            cancelSource.run();
            link.cancel();
        });
    }

    /** The result, or what {@code otherwise} makes of the failure. */
    public Pending<T> recover(Function<Throwable, T> otherwise) {
        return new Pending<>(result.exceptionally(failure -> otherwise.apply(unwrapped(failure))), cancelSource);
    }

    /** Ends the call that this waits for. What it had got by then arrives nevertheless. */
    public void cancel() {
        cancelSource.run();
    }

    /** Calls once with the result or the failure, on the executor. */
    public void whenDone(BiConsumer<T, Throwable> action, Executor executor) {
        result.whenCompleteAsync(
                (value, failure) -> action.accept(value, failure == null ? null : unwrapped(failure)), executor);
    }

    /** The result, blocking. */
    public T join() {
        return result.join();
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** The second call of {@link #then}: begun, or cancelled before it began. */
    private static final class Link<U> {
        private Pending<U> begun;
        private boolean cancelled;

        CompletableFuture<U> start(Supplier<Pending<U>> call) {
            synchronized (this) {
                if (cancelled) {
                    return CompletableFuture.failedFuture(new CancellationException("cancelled before it began"));
                }
                begun = call.get();
                return begun.result;
            }
        }

        void cancel() {
            Pending<U> toCancel;
            synchronized (this) {
                cancelled = true;
                toCancel = begun;
            }
            if (toCancel != null) {
                toCancel.cancel();
            }
        }
    }
}
