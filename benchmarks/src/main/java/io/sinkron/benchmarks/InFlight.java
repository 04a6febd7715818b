package io.sinkron.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Keeps a fixed number of asynchronous operations in flight until so many are done. */
final class InFlight {
    private final int total;
    private final IntFunction<CompletionStage<?>> operation;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private InFlight(int total, IntFunction<CompletionStage<?>> operation) {
        this.total = total;
        this.operation = operation;
    }

    /** Runs {@code total} operations, {@code width} at a time; fails with the first that fails. */
    static void run(int total, int width, IntFunction<CompletionStage<?>> operation) {
        InFlight run = new InFlight(total, operation);
        for (int i = 0; i < Math.min(width, total); i++) {
            run.next();
        }
        run.done.join();
    }

    private void next() {
        int number = started.getAndIncrement();
        if (number >= total || done.isDone()) {
            return;
        }
        operation.apply(number).whenComplete((value, error) -> {
            if (error != null) {
                done.completeExceptionally(error);
            } else if (finished.incrementAndGet() == total) {
                done.complete(null);
            } else {
                next();
            }
        });
    }
}
