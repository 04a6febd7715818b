package io.sinkron;

import io.sinkron.runtime.LoopThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Turns an asynchronous call into a blocking one that fails with the stage's own exception. */
final class Blocking {
    private Blocking() {}

    /**
     * Makes a call and waits for its stage; it ends by its call's timeout, so this does too.
     *
     * @throws IllegalStateException on a node's own thread, where functions of computed updates run and waiting would stop the node: the call isn't made
     * @throws SinkronException as the stage failed
     * @throws CancelledException if the thread is interrupted; the call is cancelled and the interrupt flag stays set
     */
    static <T> T join(Supplier<CompletionStage<T>> call) {
        if (LoopThread.isCurrent()) {
            throw new IllegalStateException("a blocking call on the node's own thread "
                    + Thread.currentThread().getName()
                    + " would stop the node; use the asynchronous form, or another thread");
        }
        CompletableFuture<T> future = call.get().toCompletableFuture();
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancelledException(new io.sinkron.common.Refusal.Cancelled());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
            if (cause instanceof SinkronException known) {
                throw known;
            }
            throw new CompletionException(cause);
        }
    }
}
