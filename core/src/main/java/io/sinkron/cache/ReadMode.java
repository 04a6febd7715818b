package io.sinkron.cache;

/**
 * How sure a read must be that the copy it finds is still valid. What no local copy can answer goes to the machine in every mode, and is linearizable
 * there. A value past its time to live, and a deleted key, are shown in no mode.
 */
public enum ReadMode {
    /** Linearizable, whatever is paused or slow for however long: the clock is read after the value, and costs most of the hit. The default. */
    STRICT,
    /**
     * As {@link #STRICT}, but the lease is compared with a time that a thread stores once a millisecond; costs about what a map does. Linearizable,
     * too, as long as that thread is late by no more than {@value #TICK_MARGIN_MILLIS} ms. If it is later than that (the whole process was
     * stopped, or the machine asleep), then reads may return what others have overwritten since, until the thread runs again: no bound holds
     * for how old that is. Values outlive their time to live by as much as that thread is late. Where no such thread runs, it is {@code STRICT}.
     */
    TICK,
    /**
     * What is here, lease or not. With a lease as {@link #TICK}; without one the answer may be outdated by any amount, and says so:
     * {@link CacheAnswer.Value#isStale}. What stays to be read when a lease is over, {@link PartitionPolicy} decides.
     */
    STALE_OK;

    /** How late the ticker of {@link #TICK} may be. Collector pauses are shorter, mostly; a default lease has twice as much left whenever it is renewed. */
    public static final long TICK_MARGIN_MILLIS = 250;
}
