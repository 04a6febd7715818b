package io.sinkron;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** One call for each of many keys, all at the same time. */
final class BulkCalls<K, R> extends CompletableFuture<BulkResult<K, R>> {
    private final Map<K, CompletableFuture<R>> calls = new LinkedHashMap<>();

    private BulkCalls() {}

    /** Makes the calls; done when each has its end. Cancelling it cancels those that are under way. */
    static <K, R> CompletionStage<BulkResult<K, R>> each(
            Collection<? extends K> keys, Function<K, CompletionStage<R>> call) {
        Set<K> distinct = new LinkedHashSet<>(keys);
        distinct.forEach(key -> Objects.requireNonNull(key, "key"));
        Arguments.range("keys", distinct.size(), 0, NamedCache.MAX_BULK_KEYS);
        BulkCalls<K, R> bulk = new BulkCalls<>();
        for (K key : distinct) {
            bulk.calls.put(key, Arguments.checked(() -> call.apply(key)).toCompletableFuture());
        }
        CompletableFuture.allOf(bulk.calls.values().toArray(CompletableFuture[]::new))
                .whenComplete((done, error) -> bulk.collect());
        return bulk;
    }

    private void collect() {
        Map<K, R> results = new LinkedHashMap<>();
        Map<K, SinkronException> failures = new LinkedHashMap<>();
        calls.forEach((key, call) -> call.whenComplete((result, error) -> {
            if (error == null) {
                results.put(key, result);
            } else if (CacheCall.cause(error) instanceof SinkronException refused) {
                failures.put(key, refused);
            } else {
                completeExceptionally(CacheCall.cause(error));
            }
        }));
        complete(new BulkResult<>(results, failures));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean isFirst = super.cancel(mayInterruptIfRunning);
        if (isFirst) {
            calls.values().forEach(call -> call.cancel(true));
        }
        return isFirst;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
