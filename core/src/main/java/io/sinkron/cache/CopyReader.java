package io.sinkron.cache;

import io.sinkron.common.XxHash64;
import io.sinkron.spi.MemoryValue;

/** Takes down for an audit what a node, or main memory, has of a line. Pure. */
final class CopyReader {
    private CopyReader() {}

    /** A node's copy as it is now; the line is null if the node has none. */
    static AuditedCopy of(Line line, Context context) {
        if (line == null || line.value == null) {
            return new AuditedCopy(LineState.I, false, context.isServing, false, 0, 0, 0, 0);
        }
        return new AuditedCopy(
                context.isServing ? line.state.outside() : LineState.I,
                line.state.isDirty(),
                context.isServing,
                WriteRules.isPresent(line.value, context.clusterMillis()),
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
}
