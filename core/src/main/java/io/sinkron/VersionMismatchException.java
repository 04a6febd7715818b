package io.sinkron;

import io.sinkron.common.Refusal;

/** The key has another version than the write asked for: nothing was written. */
public final class VersionMismatchException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public VersionMismatchException(Refusal refusal) {
        super(refusal);
    }
}
