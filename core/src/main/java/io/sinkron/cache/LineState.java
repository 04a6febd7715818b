package io.sinkron.cache;

/** The stable states of a line as the outside sees them (Papamarcos and Patel 1984). */
public enum LineState {
    /** Not here, or not valid. */
    I,
    /** Clean, and others may have it too. */
    S,
    /** Clean, and nobody else has it. */
    E,
    /** Written here; nobody else may read it from main memory. */
    M
}
