package io.sinkron.cache;

/** What an auditor has found wrong with a line: each is impossible as long as the protocol, its leases and main memory keep their word. */
public enum AuditAnomaly {
    /** Two nodes have the line as E or M: both may write. */
    TWO_OWNERS,
    /** A node may read beside one that may write. */
    COPY_BESIDE_OWNER,
    /** Two readable copies have different versions: one is outdated. */
    COPIES_DIFFER,
    /** One version is two values. */
    ONE_VERSION_TWO_VALUES,
    /** A node holds more than the home's snoop filter says: it wouldn't be asked. */
    HOLDER_UNKNOWN_TO_HOME,
    /** A clean copy isn't what main memory has. */
    MEMORY_DIFFERS
}
