package io.sinkron.cache;

/**
 * What other threads read of a line; only the machine writes it. It is the topmost superclass of {@link Line} for the sake of readers' cache misses: the
 * JVM lays the fields of superclasses out first, so these stand beside the object's header, which the look-up in the map has read already.
 *
 * <p>A value that lives for ever and one with a time to live are kept apart, so that a hit of the former needn't read into the value to learn that it has
 * no end. One of the two fields is null at least, at every moment: in between, both, and a reader that meets that asks the machine.
 */
abstract class LineFace {
    private volatile CacheAnswer.Value lasting;
    private volatile CacheAnswer.Value expiring;
    /** Where hits are counted: the numbers of the line's region. */
    CacheCounters counters;

    /** What a local read is answered with if it has no time to live; null otherwise. */
    final CacheAnswer.Value lasting() {
        return lasting;
    }

    /** What a local read is answered with, until it expires; null if there is no such value. */
    final CacheAnswer.Value expiring() {
        return expiring;
    }

    /** What a local read is answered with; null if the machine must be asked. */
    final CacheAnswer.Value hit() {
        CacheAnswer.Value hit = lasting;
        return hit == null ? expiring : hit;
    }

    /** Local reads are answered with this from now on; null: the machine must be asked. */
    final void show(CacheAnswer.Value answer) {
        if (answer == null || answer.expiresAtMillis() == 0) {
            expiring = null;
            lasting = answer;
        } else {
            lasting = null;
            expiring = answer;
        }
    }
}
