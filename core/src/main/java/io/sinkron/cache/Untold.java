package io.sinkron.cache;

/**
 * What those who listen haven't been told of a line yet. Immutable.
 *
 * @param wasPresent whether there was a value when they were last told
 * @param version what they were last told of, or needn't be
 * @param heard how many announcements were known when the first write since was made
 */
record Untold(boolean wasPresent, long version, long heard) {}
