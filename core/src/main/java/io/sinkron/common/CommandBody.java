package io.sinkron.common;

/**
 * Marks what a replicated command asks of one of the replicated tables. Each package of machines owns its commands as records.
 * Immutable; applying one is deterministic and never throws for bad input: it answers a {@link Refusal}.
 */
public interface CommandBody {}
