package io.sinkron.cache;

import io.sinkron.common.Bytes;

/**
 * One line of a node's table, for people. Immutable.
 *
 * @param state as the outside sees it
 * @param dirty whether main memory may lack the value
 */
public record LineInfo(Bytes key, LineState state, long version, boolean dirty) {}
