package io.sinkron;

import io.sinkron.common.Refusal;

/** The loader of a cache failed or took too long; its exception, if there is one, is the cause. The key stays absent; the next read loads again. */
public final class LoadFailedException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /**
     * @param refusal what happened
     * @param cause what was thrown; null if nothing was
     */
    public LoadFailedException(Refusal refusal, Throwable cause) {
        super(refusal);
        initCause(cause);
    }
}
