package io.sinkron.cache;

/** What a write has done to a key, for those who listen. Expiry is none of them: it happens at every node by the clock. */
public enum ChangeKind {
    /** There is a value where none was. */
    CREATED,
    /** There is another value. */
    UPDATED,
    /** The value is gone. */
    REMOVED
}
