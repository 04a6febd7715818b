package io.sinkron.common;

/**
 * Marks what one node says to another. Each package of machines owns its messages as records and the codec in {@code wire}
 * knows them all. Immutable.
 */
public interface Message {}
