package io.sinkron.transport.inmemory.sim.world;

/** Something happened that must never happen: it ends the run. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Which rule is broken. */
    private final String invariant;

    /**
     * @param invariant the rule, with its number in {@code docs/verification.md}
     * @param detail the values that break it
     */
    public Violation(String invariant, String detail) {
        super(invariant + ": " + detail);
        this.invariant = invariant;
    }

    /**
     * @param invariant as above
     * @param detail as above
     * @param cause what was thrown
     */
    public Violation(String invariant, String detail, Throwable cause) {
        super(invariant + ": " + detail, cause);
        this.invariant = invariant;
    }

    /** The rule that is broken. */
    public String invariant() {
        return invariant;
    }

    /** Throws unless a condition holds. The detail is built in any case, so keep this off hot paths. */
    public static void check(boolean condition, String invariant, String detail) {
        if (!condition) {
            throw new Violation(invariant, detail);
        }
    }
}
