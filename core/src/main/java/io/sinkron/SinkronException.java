package io.sinkron;

import io.sinkron.common.Refusal;
import java.util.Objects;

/**
 * A call to Sinkron did not give its result. Every failure that the services report is one of this family; {@link #refusal} says in full what
 * happened, {@link #effect} whether the call had its effect, and {@link #isRetryable} whether the same call may succeed later.
 */
public class SinkronException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    /** @param refusal what happened */
    public SinkronException(Refusal refusal) {
        super(Objects.requireNonNull(refusal, "refusal").detail());
        this.refusal = refusal;
    }

    /** What happened, with its evidence. */
    public final Refusal refusal() {
        return refusal;
    }

    /** A stable name of what happened, such as {@code lock-timeout}. */
    public final String code() {
        return refusal.code();
    }

    /** Whether the call had its effect. */
    public final Refusal.Effect effect() {
        return refusal.effect();
    }

    /** Whether the same call may succeed later. */
    public final boolean isRetryable() {
        return refusal.isRetryable();
    }
}
