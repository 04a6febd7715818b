package io.sinkron.cache;

/**
 * The states of a line at a cache controller. Named as in Sorin, Hill and Wood, "A Primer on Memory Consistency and Cache Coherence": from, to,
 * and what it waits for (D data, A acknowledgement). The table of transitions is in {@link CacheController}.
 */
enum ControllerState {
    /** No copy; lines in I leave the table unless a call waits for them. */
    I(LineState.I),
    /** Clean, readable. */
    S(LineState.S),
    /** Clean, the only copy, becomes M without a message. */
    E(LineState.E),
    /** Dirty, the only copy. */
    M(LineState.M),
    /** Asked to read, no copy yet. */
    IS_D(LineState.I),
    /** Asked to write, no copy yet. */
    IM_D(LineState.I),
    /** Asked to upgrade; the shared copy is still readable. */
    SM_A(LineState.S),
    /** Dirty data retained, no permission, until main memory has it. */
    MI_A(LineState.I),
    /** Dirty data retained and readable, others may read too, until main memory has it. */
    MS_A(LineState.S);

    private final LineState outside;

    ControllerState(LineState outside) {
        this.outside = outside;
    }

    /** As others see it. */
    LineState outside() {
        return outside;
    }

    /** Whether loads may be served. */
    boolean isReadable() {
        return outside != LineState.I;
    }

    /** Whether the value may be in no other place. */
    boolean isDirty() {
        return this == M || this == MI_A || this == MS_A;
    }

    /** Whether the line may be chosen as a victim; all others are pinned. */
    boolean isEvictable() {
        return this == S || this == E || this == M;
    }

    /** Whether a request to the home is outstanding. */
    boolean isRequesting() {
        return this == IS_D || this == IM_D || this == SM_A;
    }
}
