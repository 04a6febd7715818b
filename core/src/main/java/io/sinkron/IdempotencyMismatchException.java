package io.sinkron;

import io.sinkron.common.Refusal;

/** The idempotency key was used before for another request: nothing was done. */
public final class IdempotencyMismatchException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public IdempotencyMismatchException(Refusal refusal) {
        super(refusal);
    }
}
