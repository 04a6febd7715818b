package io.sinkron.cache;

import io.sinkron.common.XxHash64;
import io.sinkron.spi.MemoryValue;
import java.util.Objects;

/**
 * What one node says of its copy of a line when an auditor asks. Immutable.
 *
 * @param state as others see it; I for a node that may not serve
 * @param dirty whether the node has data that main memory may lack; it may keep some in I, too, until main memory has it
 * @param serving whether the node's lease was valid
 * @param present false if the value is a tombstone or has expired, or if there is none
 * @param version the newest one here, shown to readers or not; 0 for none, and for a key that main memory knows nothing about
 * @param hash {@link #hash} of the newest value; 0 for none
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

    /** A node's copy as it is now; the line is null if the node has none. */
    static AuditedCopy of(Line line, Context context) {
        if (line == null || line.value == null) {
            return new AuditedCopy(LineState.I, false, context.isServing, false, 0, 0, 0, 0);
        }
        boolean isPresent = WriteRules.isPresent(line.value, context.clusterMillis());
        return new AuditedCopy(
                context.isServing ? line.state.outside() : LineState.I,
                line.state.isDirty(),
                context.isServing,
                isPresent,
                line.value.version(),
                hash(line.value),
                line.grantEpoch,
                line.grantTxn);
    }

    /** What main memory has, as if it were a node's: saved, and to be compared with those. */
    static AuditedCopy of(MemoryValue stored, Context context) {
        boolean isPresent = WriteRules.isPresent(stored, context.clusterMillis());
        return new AuditedCopy(LineState.S, false, true, isPresent, stored.version(), hash(stored), 0, 0);
    }

    /** A hash of what readers are shown of a value, the same in every JVM. */
    static long hash(MemoryValue value) {
        long seed = value.expiresAtMillis() * 2 + (value.deleted() ? 1 : 0);
        return XxHash64.hash(value.value().array(), seed);
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
