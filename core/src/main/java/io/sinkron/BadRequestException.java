package io.sinkron;

import io.sinkron.common.Refusal;

/** An argument is missing, malformed or out of its range; the message names it and its limit. */
public final class BadRequestException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public BadRequestException(Refusal refusal) {
        super(refusal);
    }
}
