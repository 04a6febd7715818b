package io.sinkron;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Turns a stage into a blocking call that fails with the stage's own exception. */
final class Blocking {
    private Blocking() {}

    /**
     * Waits for a stage; it ends by its call's timeout, so this does too.
     *
     * @throws SinkronException as the stage failed
     * @throws CancelledException if the thread is interrupted; the call is cancelled and the interrupt flag stays set
     */
    static <T> T join(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
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
