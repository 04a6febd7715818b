package io.sinkron.cache;

import java.util.Objects;

/**
 * What one node says of its copy of a line when an auditor asks. Immutable.
 *
 * @param state as others see it; I for a node that may not serve
 * @param dirty whether the node has data that main memory may lack; it may keep some in I, too, until main memory has it
 * @param serving whether the node's lease was valid
 * @param present false if the value is a tombstone or has expired, or if there is none
 * @param version the newest one here, shown to readers or not; 0 for none, and for a key that main memory knows nothing about
 * @param hash XXH64 of the newest value's bytes, with its expiry and whether it is a tombstone as the seed; 0 for none
 * @param grantEpoch the view in which the node was last granted the line, 0 for none
 * @param grantTxn the home's transaction that granted it
 */
public record AuditedCopy(
        LineState state,
        boolean dirty,
        boolean serving,
        boolean present,
        long version,
        long hash,
        long grantEpoch,
        long grantTxn) {
    /** Rejects a copy without a state. */
    public AuditedCopy {
        Objects.requireNonNull(state, "state");
    }

    /** Whether reads may be served from it. */
    boolean isReadable() {
        return state != LineState.I;
    }

    /** Whether it permits writes. */
    boolean isOwner() {
        return state == LineState.E || state == LineState.M;
    }

    /** Whether there is a value to compare. */
    boolean hasValue() {
        return dirty || isReadable();
    }
}
