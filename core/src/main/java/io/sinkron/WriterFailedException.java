package io.sinkron;

import io.sinkron.common.Refusal;

/** The writer of a cache failed or took too long; its exception, if there is one, is the cause. The store may or may not have the write; the cache has taken it back, as far as {@link CacheRefusal.WriterFailed#isWithdrawn} says. */
public final class WriterFailedException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /**
     * @param refusal what happened
     * @param cause what was thrown; null if nothing was
     */
    public WriterFailedException(Refusal refusal, Throwable cause) {
        super(refusal);
        initCause(cause);
    }
}
