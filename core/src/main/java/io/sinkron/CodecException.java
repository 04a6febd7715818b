package io.sinkron;

import io.sinkron.common.Refusal;

/** A codec failed on a key or a value; its exception is the cause. Nothing was written. */
public final class CodecException extends SinkronException {
    private static final long serialVersionUID = 1L;

    /**
     * @param refusal what happened
     * @param cause what was thrown; null if nothing was
     */
    public CodecException(Refusal refusal, Throwable cause) {
        super(refusal);
        initCause(cause);
    }
}
