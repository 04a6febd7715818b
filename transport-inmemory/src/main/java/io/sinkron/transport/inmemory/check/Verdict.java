package io.sinkron.transport.inmemory.check;

import java.util.List;

/**
 * What the search found. Immutable.
 *
 * @param <S> a state of the model
 * @param <I> what is asked
 * @param <O> what is answered
 */
public sealed interface Verdict<S, I, O> {
    /** Whether the history is linearizable for sure. */
    default boolean isLinearizable() {
        return this instanceof Linearizable<S, I, O>;
    }

    /**
     * There is an order that fits.
     *
     * @param order the calls that had an effect, in that order
     */
    record Linearizable<S, I, O>(List<Operation<I, O>> order) implements Verdict<S, I, O> {
        /** Takes an immutable copy. */
        public Linearizable {
            order = List.copyOf(order);
        }
    }

    /**
     * There is none.
     *
     * @param longest the longest beginning of an order that fits
     * @param state the state after it
     * @param stuck the calls that could come next in time and fit none of which this state allows
     */
    record Violation<S, I, O>(List<Operation<I, O>> longest, S state, List<Operation<I, O>> stuck)
            implements Verdict<S, I, O> {
        /** Takes immutable copies. */
        public Violation {
            longest = List.copyOf(longest);
            stuck = List.copyOf(stuck);
        }

        /** For people: the last calls that fit, the state, and the calls that don't. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("not linearizable; the longest order that fits ends with\n");
            for (Operation<I, O> operation : longest.subList(Math.max(0, longest.size() - 12), longest.size())) {
                text.append("    ").append(operation).append('\n');
            }
            text.append("  which gives the state ").append(state).append(", and none of these can come next\n");
            stuck.forEach(operation -> text.append("    ").append(operation).append('\n'));
            return text.toString();
        }
    }

    /**
     * The search ran out of its budget. A test must fail on it: nothing is known.
     *
     * @param steps how many steps of the model it took
     */
    record Unknown<S, I, O>(long steps) implements Verdict<S, I, O> {}
}
