package io.sinkron.transport.inmemory.check;

import java.util.Optional;

/**
 * What one object does when it is asked one thing at a time: the sequential specification that a concurrent history is compared with.
 * Pure; states have value equality and never change.
 *
 * @param <S> a state of the object; its {@code equals} and {@code hashCode} are what the search remembers by
 * @param <I> what is asked
 * @param <O> what is answered
 */
public interface Model<S, I, O> {
    /** The state before the first call. */
    S initial();

    /**
     * The state after a call whose answer is known.
     *
     * @return empty if the object in this state would not have answered so
     */
    Optional<S> step(S state, I input, O output);

    /**
     * The state after a call had its effect and nobody knows the answer. The search also tries that it never had one.
     *
     * @return empty if the call can't have an effect in this state (or none that matters, as a read)
     */
    Optional<S> stepUnknown(S state, I input);
}
