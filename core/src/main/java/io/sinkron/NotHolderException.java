package io.sinkron;

import io.sinkron.common.Refusal;

/** The owner does not hold the lock, or not with that token. Nothing was changed; what it guarded may be in other hands. */
public final class NotHolderException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public NotHolderException(Refusal refusal) {
        super(refusal);
    }
}
