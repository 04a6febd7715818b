package io.sinkron.runtime;

import io.sinkron.common.Answer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The result of a call that runs at this process's node. Cancelling it ends the call there; a result that was on its way meanwhile is given back. Thread-safe.
 */
final class CallFuture<T> extends CompletableFuture<T> {
    private final LongConsumer cancel;
    private final long id;
    private final Function<Answer, T> result;
    private final Consumer<T> giveBack;

    CallFuture(LongConsumer cancel, long id, Function<Answer, T> result, Consumer<T> giveBack) {
        this.cancel = cancel;
        this.id = id;
        this.result = result;
        this.giveBack = giveBack;
    }

    long id() {
        return id;
    }

    /** Ends the call with its answer, on a callback thread. */
    void end(Answer answer) {
        T value;
        try {
            value = result.apply(answer);
        } catch (RuntimeException refused) {
            completeExceptionally(refused);
            return;
        }
        if (!complete(value)) {
            giveBack.accept(value);
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean isCancelled = super.cancel(mayInterruptIfRunning);
        if (isCancelled) {
            cancel.accept(id);
        }
        return isCancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
