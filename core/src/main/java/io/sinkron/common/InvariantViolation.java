package io.sinkron.common;

/**
 * A machine has seen what its invariants rule out. The node stops with this message rather than go on with a corrupt state; it
 * is never caught and passed over.
 */
public final class InvariantViolation extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** @param message the invariant and the values that break it */
    public InvariantViolation(String message) {
        super(message);
    }

    /** Throws unless the condition holds. The message is built only by the caller, so keep it constant on hot paths. */
    public static void check(boolean condition, String message) {
        if (!condition) {
            throw new InvariantViolation(message);
        }
    }
}
