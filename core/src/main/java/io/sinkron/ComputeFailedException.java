package io.sinkron;

import io.sinkron.common.Refusal;

/** The function of a computed update failed; its exception is the cause. Nothing was written. */
public final class ComputeFailedException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /**
     * @param refusal what happened
     * @param cause what was thrown; null if nothing was
     */
    public ComputeFailedException(Refusal refusal, Throwable cause) {
        super(refusal);
        initCause(cause);
    }
}
