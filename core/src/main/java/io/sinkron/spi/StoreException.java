package io.sinkron.spi;

/** A store could not answer. Says whether the operation may have been done. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whether the operation may have had its effect. */
    private final boolean maybeApplied;

    /**
     * @param message what failed
     * @param maybeApplied true if nobody knows whether the operation was done, false if it surely was not
     */
    public StoreException(String message, boolean maybeApplied) {
        super(message);
        this.maybeApplied = maybeApplied;
    }

    /** True if nobody knows whether the operation was done; false if it surely was not. */
    public boolean isMaybeApplied() {
        return maybeApplied;
    }
}
