package io.sinkron.examples.api;

import io.sinkron.NoSuchQueueException;
import io.sinkron.QueueService;
import io.sinkron.examples.http.Pending;
import io.sinkron.queue.QueueReply.Description;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Describes all queues: each by its owner, a bounded number at a time, because how many there are is the clients' choice. What is dropped
 * meanwhile is left out. Thread-safe.
 */
final class QueueList {
    private static final int AT_ONCE = 32;

    private final QueueService queues;
    private final List<String> names;
    private final Budget budget;
    private final Description[] found;
    private final CompletableFuture<List<Description>> result = new CompletableFuture<>();
    private int begun;
    private int ended;

    private QueueList(QueueService queues, List<String> names, Budget budget) {
        this.queues = queues;
        this.names = names;
        this.budget = budget;
        this.found = new Description[names.size()];
    }

    /** All queues, in order of their names. */
    static Pending<List<Description>> of(QueueService queues, Budget budget) {
        return Pending.of(queues.queues(budget.left())).then(names -> {
            QueueList list = new QueueList(queues, names, budget);
            list.start();
            return Pending.of(list.result);
        });
    }

    private void start() {
        if (names.isEmpty()) {
            result.complete(List.of());
        }
        for (int i = 0; i < AT_ONCE; i++) {
            describeNext();
        }
    }

    private void describeNext() {
        int index = take();
        if (index >= 0) {
            // Asynchronously, so that answers that are there at once don't nest.
            queues.describe(names.get(index), budget.left())
                    .whenCompleteAsync((description, failure) -> described(index, description, failure));
        }
    }

    private synchronized int take() {
        return result.isDone() || begun == names.size() ? -1 : begun++;
    }

    private void described(int index, Description description, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause != null && !(cause instanceof NoSuchQueueException)) {
            result.completeExceptionally(cause);
            return;
        }
        if (keep(index, description)) {
            result.complete(Arrays.stream(found).filter(Objects::nonNull).toList());
        }
        describeNext();
    }

    /** Whether that was the last one. */
    private synchronized boolean keep(int index, Description description) {
        found[index] = description;
        ended++;
        return ended == names.size();
    }
}
