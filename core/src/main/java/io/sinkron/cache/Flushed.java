package io.sinkron.cache;

import io.sinkron.common.Answer;

/**
 * What {@link CacheNode#flush} is answered with. Immutable.
 *
 * @param remaining how many dirty lines main memory doesn't have yet; 0 when all is saved
 */
public record Flushed(int remaining) implements Answer {}
