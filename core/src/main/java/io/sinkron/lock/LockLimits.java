package io.sinkron.lock;

/**
 * The bounds of a {@link LockTable}. They are part of the replicated behaviour: every node of a cluster must run with the same ones,
 * because a command that a bound refuses on one node must be refused on all. Immutable and validated.
 *
 * @param maxSessions open sessions; default 100 000. One costs some 200 bytes
 * @param maxLocks locks held or waited for; default 2 000 000
 * @param maxHolds holds of all locks together, a re-entrant one counted once; default 2 000 000. One costs some 500 bytes, its lock and owner included
 * @param maxDepth how deep one owner may hold one lock; default 65 535, as in {@code ReentrantReadWriteLock}
 * @param maxWaitersPerLock waits for one lock; default 200 000
 * @param maxWaits commands that wait for a grant, all locks together; default 1 000 000
 * @param rememberedPerSession answers remembered for idempotency keys in one session, the oldest forgotten first; default 4 096
 * @param refusedCyclesKept refused cycles kept for people to read; default 100
 * @param holdersNamed holders named in a {@link LockAnswer.LockTimeout}, the oldest first; default 100. It keeps a refusal cheap on a lock
 *     with many thousand readers
 * @param graphEdgesShown edges in one {@link LockAnswer.GraphView}; default 100 000. Many writers behind many readers would make it
 *     quadratic
 */
public record LockLimits(
        int maxSessions,
        int maxLocks,
        int maxHolds,
        int maxDepth,
        int maxWaitersPerLock,
        int maxWaits,
        int rememberedPerSession,
        int refusedCyclesKept,
        int holdersNamed,
        int graphEdgesShown) {
    /** The defaults. */
    public static final LockLimits DEFAULT =
            new LockLimits(100_000, 2_000_000, 2_000_000, 65_535, 200_000, 1_000_000, 4_096, 100, 100, 100_000);

    /** Rejects bounds below one. */
    public LockLimits {
        positive("maxSessions", maxSessions);
        positive("maxLocks", maxLocks);
        positive("maxHolds", maxHolds);
        positive("maxDepth", maxDepth);
        positive("maxWaitersPerLock", maxWaitersPerLock);
        positive("maxWaits", maxWaits);
        positive("rememberedPerSession", rememberedPerSession);
        positive("refusedCyclesKept", refusedCyclesKept);
        positive("holdersNamed", holdersNamed);
        positive("graphEdgesShown", graphEdgesShown);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
