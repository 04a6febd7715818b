package io.sinkron.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class PendingTest {
    @Test
    void cancellingReachesTheCall() {
        CompletableFuture<Integer> call = new CompletableFuture<>();
        Pending<String> pending = Pending.of(call).map(String::valueOf).recover(failure -> "recovered");
        pending.cancel();
        assertTrue(call.isCancelled());
        assertEquals("recovered", pending.join());
    }

    @Test
    void cancellingReachesTheSecondCall() {
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Integer> second = new CompletableFuture<>();
        Pending<Integer> pending = Pending.of(first).then(value -> Pending.of(second));
        first.complete(1);
        pending.cancel();
        assertTrue(second.isCancelled());
    }

    @Test
    void aSecondCallIsNotMadeAfterTheCancel() {
        CompletableFuture<Integer> first = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return false;
            }
        };
        boolean[] made = {false};
        Pending<Integer> pending = Pending.of(first).then(value -> {
            made[0] = true;
            return Pending.of(value);
        });
        pending.cancel();
        first.complete(1);
        assertThrows(CompletionException.class, pending::join);
        assertFalse(made[0]);
    }

    @Test
    void resultsAndFailuresArrive() {
        assertEquals(
                3,
                Pending.of(1)
                        .then(value -> Pending.of(value + 1))
                        .map(value -> value + 1)
                        .join());
        Pending<Integer> failed =
                Pending.<Integer>failed(new IllegalStateException("x")).map(value -> value + 1);
        assertEquals(
                7,
                failed.recover(failure -> failure instanceof IllegalStateException ? 7 : 0)
                        .join());
    }
}
