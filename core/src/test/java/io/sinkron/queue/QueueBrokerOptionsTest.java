package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class QueueBrokerOptionsTest {
    @Test
    void aValueThatMakesNoSenseIsRefusedByName() {
        assertEquals("maxCalls is 0, the least is 1", refusalOf(0, 1, 4, 1));
        assertEquals("maxQueues is -5, the least is 1", refusalOf(1, -5, 4, 1));
        assertEquals("maxBatchOperations is 3, the least is 4", refusalOf(1, 1, 3, 1));
        assertEquals("resendNanos is 0, the least is 1", refusalOf(1, 1, 4, 0));
    }

    private static String refusalOf(int maxCalls, int maxQueues, int maxBatchOperations, long resendNanos) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> new QueueBrokerOptions(
                                maxCalls, 1, 1, maxQueues, 1, maxBatchOperations, 1, 1, 1, 1, resendNanos, 1, 1, 1))
                .getMessage();
    }
}
