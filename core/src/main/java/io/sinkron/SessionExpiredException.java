package io.sinkron;

import io.sinkron.common.Refusal;

/** The session is unknown or over: all its locks are released. Open a new one and start over. */
public final class SessionExpiredException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /** @param refusal what happened */
    public SessionExpiredException(Refusal refusal) {
        super(refusal);
    }
}
