package io.sinkron;

import io.sinkron.common.Refusal;

/** Another change of the cluster's members isn't finished yet. Nothing was done; try again when it is. */
public final class ChangeInProgressException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public ChangeInProgressException(Refusal refusal) {
        super(refusal);
    }
}
