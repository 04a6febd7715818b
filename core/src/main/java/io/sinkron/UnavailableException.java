package io.sinkron;

import io.sinkron.common.Refusal;

/** The service cannot be had at present. Nothing was done; try again after a pause. */
public final class UnavailableException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public UnavailableException(Refusal refusal) {
        super(refusal);
    }
}
