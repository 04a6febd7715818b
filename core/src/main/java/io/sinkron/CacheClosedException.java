package io.sinkron;

import io.sinkron.common.Refusal;

/** The cache was closed at this node: nothing was done. Open it again with {@link Sinkron#cache(CacheConfig)}. */
public final class CacheClosedException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public CacheClosedException(Refusal refusal) {
        super(refusal);
    }
}
