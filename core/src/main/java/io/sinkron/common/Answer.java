package io.sinkron.common;

/**
 * Marks what a call is answered with: a result owned by the package that the call belongs to, or a {@link Refusal}. Immutable.
 */
public interface Answer {}
