package io.sinkron.node;

/** Whether a node belongs to the group, as it knows itself. */
public enum Belonging {
    /** Not yet: it waits to be added, or hears of the others' log for the first time. */
    JOINING,
    /** It does. */
    MEMBER,
    /** Not any more. */
    REMOVED
}
