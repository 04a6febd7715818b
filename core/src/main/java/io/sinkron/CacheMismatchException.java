package io.sinkron;

import io.sinkron.common.Refusal;

/** A cache is used with other codecs or options than here: nothing was read or written. The refusal is a {@link CacheRefusal.Mismatch}, which names both. */
public final class CacheMismatchException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public CacheMismatchException(Refusal refusal) {
        super(refusal);
    }
}
