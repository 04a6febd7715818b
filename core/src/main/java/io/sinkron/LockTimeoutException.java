package io.sinkron;

import io.sinkron.common.Refusal;

/** The lock stayed busy until the wait ran out, or was busy and no wait was asked for. Nothing is held; try again later. */
public final class LockTimeoutException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public LockTimeoutException(Refusal refusal) {
        super(refusal);
    }
}
