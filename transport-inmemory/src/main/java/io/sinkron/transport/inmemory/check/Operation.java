package io.sinkron.transport.inmemory.check;

import java.util.Objects;
import java.util.Optional;

/**
 * One call of a history. Immutable.
 *
 * @param id its number in the history, from 0 in the order of the invocations
 * @param input what was asked
 * @param output what was answered; empty if nobody knows whether the call had its effect, and then it may have it at any time after the
 *     invocation, even long after the caller gave up
 * @param invokedAtNanos when it began, for people
 * @param returnedAtNanos when its answer came, for people; {@link Long#MAX_VALUE} without an answer
 * @param invokedOrder its place among all invocations and answers of the history; this, not the times, is what counts
 * @param returnedOrder the answer's place; {@link Long#MAX_VALUE} without an answer
 * @param <I> what is asked
 * @param <O> what is answered
 */
public record Operation<I, O>(
        int id,
        I input,
        Optional<O> output,
        long invokedAtNanos,
        long returnedAtNanos,
        long invokedOrder,
        long returnedOrder) {
    /** Rejects missing parts and an answer before its question. */
    public Operation {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(output, "output");
        if (returnedOrder <= invokedOrder) {
            throw new IllegalArgumentException(
                    "operation " + id + " returned at " + returnedOrder + ", before " + invokedOrder);
        }
    }

    /** Whether its answer is known. */
    public boolean isKnown() {
        return output.isPresent();
    }

    /** For reports: times in milliseconds, the question and the answer. */
    @Override
    public String toString() {
        String end = isKnown() ? millis(returnedAtNanos) : "?";
        return "#" + id + " [" + millis(invokedAtNanos) + " … " + end + " ms] " + input + " -> "
                + output.map(Object::toString).orElse("unknown");
    }

    private static String millis(long nanos) {
        long micros = nanos / 1_000;
        return micros / 1_000 + "." + (1_000 + micros % 1_000 + "").substring(1);
    }
}
