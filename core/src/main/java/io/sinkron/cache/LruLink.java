package io.sinkron.cache;

/**
 * What stands in an {@link LruDeque}: its neighbours there, and when it was last used. All but {@link LineFace} is for the machine only.
 *
 * @param <L> the type that extends this
 */
abstract class LruLink<L extends LruLink<L>> extends LineFace {
    L colder;
    L warmer;
    boolean isLinked;
    /** The number of its last use among all uses of the node's lines: orders the lines of different lists. */
    long lastUse;
}
