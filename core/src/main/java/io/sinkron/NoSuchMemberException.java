package io.sinkron;

import io.sinkron.common.Refusal;

/** A node that the call names doesn't belong to the cluster. Nothing was done. */
public final class NoSuchMemberException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public NoSuchMemberException(Refusal refusal) {
        super(refusal);
    }
}
