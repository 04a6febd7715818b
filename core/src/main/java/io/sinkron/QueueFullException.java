package io.sinkron;

import io.sinkron.common.Refusal;

/** The queue has no room for the messages: none was stored. Try again when consumers have caught up. */
public final class QueueFullException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public QueueFullException(Refusal refusal) {
        super(refusal);
    }
}
