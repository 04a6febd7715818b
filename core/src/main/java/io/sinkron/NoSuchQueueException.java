package io.sinkron;

import io.sinkron.common.Refusal;

/** There is no queue of that name. */
public final class NoSuchQueueException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public NoSuchQueueException(Refusal refusal) {
        super(refusal);
    }
}
