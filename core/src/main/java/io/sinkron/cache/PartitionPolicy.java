package io.sinkron.cache;

/** What a node's cache does with reads while the node has no lease: cut off from the majority, paused for too long, or not yet taken in. */
public enum PartitionPolicy {
    /** No value is shown until the lease is back: reads wait, or fail as unavailable. The default: nobody ever reads an outdated value. */
    REFUSE,
    /**
     * The values that were readable when the lease ended stay, as many as the table has places, for readers who ask for them; each is marked as
     * stale. They are thrown away when the lease is back, and never written anywhere.
     */
    SERVE_STALE
}
