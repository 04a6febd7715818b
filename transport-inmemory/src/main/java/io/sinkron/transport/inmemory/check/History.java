package io.sinkron.transport.inmemory.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Takes down calls while they happen. Each one is invoked once and then ends in one of four ways: {@link #ok} with its answer, {@link #fail}
 * (it surely had no effect, and leaves the history), {@link #info} (nobody knows), or never, which counts as unknown.
 *
 * <p>The order of the method calls is the real-time order that a linearization must respect. Thread-safe, so that it can stand between
 * real threads as well as inside a simulation.
 *
 * @param <I> what is asked
 * @param <O> what is answered
 */
public final class History<I, O> {
    private final List<Draft<I, O>> drafts = new ArrayList<>();
    private long order;

    /** An empty history. */
    public History() {}

    /**
     * A call begins.
     *
     * @param atNanos on any one clock; shown in reports and used for nothing else
     * @return its id, to be given to the method that ends it
     */
    public synchronized int invoke(I input, long atNanos) {
        drafts.add(new Draft<>(input, atNanos, order++));
        return drafts.size() - 1;
    }

    /** The call was answered. */
    public synchronized void ok(int id, O output, long atNanos) {
        Draft<I, O> draft = open(id);
        draft.output = Optional.of(output);
        draft.returnedAtNanos = atNanos;
        draft.returnedOrder = order++;
        draft.open = false;
    }

    /** The call surely had no effect and never will. */
    public synchronized void fail(int id) {
        Draft<I, O> draft = open(id);
        draft.failed = true;
        draft.open = false;
    }

    /** Nobody will ever know whether the call had its effect, or when. */
    public synchronized void info(int id) {
        open(id).open = false;
    }

    /** The calls so far, but for those that failed, in the order of their invocations; those without an end count as unknown. */
    public synchronized List<Operation<I, O>> operations() {
        List<Operation<I, O>> operations = new ArrayList<>(drafts.size());
        for (int id = 0; id < drafts.size(); id++) {
            Draft<I, O> draft = drafts.get(id);
            if (!draft.failed) {
                operations.add(draft.operation(id));
            }
        }
        return operations;
    }

    /**
     * The calls of each object, objects in the order in which they were first called.
     *
     * @param object which object a call is about
     * @param <K> names an object; needs value equality
     */
    public <K> Map<K, List<Operation<I, O>>> partition(Function<? super I, ? extends K> object) {
        Map<K, List<Operation<I, O>>> parts = new LinkedHashMap<>();
        for (Operation<I, O> operation : operations()) {
            parts.computeIfAbsent(object.apply(operation.input()), key -> new ArrayList<>())
                    .add(operation);
        }
        return parts;
    }

    private Draft<I, O> open(int id) {
        Draft<I, O> draft = drafts.get(id);
        if (!draft.open) {
            throw new IllegalStateException("operation " + id + " (" + draft.input + ") has ended already");
        }
        return draft;
    }

    private static final class Draft<I, O> {
        private final I input;
        private final long invokedAtNanos;
        private final long invokedOrder;
        private Optional<O> output = Optional.empty();
        private long returnedAtNanos = Long.MAX_VALUE;
        private long returnedOrder = Long.MAX_VALUE;
        private boolean failed;
        private boolean open = true;

        Draft(I input, long invokedAtNanos, long invokedOrder) {
            this.input = input;
            this.invokedAtNanos = invokedAtNanos;
            this.invokedOrder = invokedOrder;
        }

        Operation<I, O> operation(int id) {
            return new Operation<>(id, input, output, invokedAtNanos, returnedAtNanos, invokedOrder, returnedOrder);
        }
    }
}
