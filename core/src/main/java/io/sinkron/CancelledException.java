package io.sinkron;

import io.sinkron.common.Refusal;

/** The caller cancelled the call; it had no effect, or what it had was undone. */
public final class CancelledException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public CancelledException(Refusal refusal) {
        super(refusal);
    }
}
