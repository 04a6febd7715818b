package io.sinkron;

import io.sinkron.common.Refusal;

/** The call was handed on and nobody knows whether it had its effect. Find out by reading, or repeat it with the same idempotency key. */
public final class IndeterminateException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public IndeterminateException(Refusal refusal) {
        super(refusal);
    }
}
