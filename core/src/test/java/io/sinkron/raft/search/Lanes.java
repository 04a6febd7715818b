package io.sinkron.raft.search;

/**
 * A 128-bit hash of one thing under every renaming of the nodes at once: a lane for each, and a last one in which the nodes keep their names
 * and rounds count as well.
 */
final class Lanes {
    private final Symmetry symmetry;
    final long[] a;
    final long[] b;

    Lanes(Symmetry symmetry) {
        this.symmetry = symmetry;
        a = new long[symmetry.size() + 1];
        b = new long[symmetry.size() + 1];
    }

    private static long mix(long x) {
        long z = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    static long mixHigh(long hash, long part) {
        return mix(hash * 31 + part + 0x9E3779B97F4A7C15L);
    }

    static long mixLow(long hash, long part) {
        return mix((hash ^ part * 0x165667B19E3779F9L) + 0xC2B2AE3D27D4EB4FL);
    }

    private void put(int lane, long part) {
        a[lane] = mixHigh(a[lane], part);
        b[lane] = mixLow(b[lane], part);
    }

    void put(long part) {
        for (int lane = 0; lane < a.length; lane++) {
            put(lane, part);
        }
    }

    void putNode(int node) {
        for (int lane = 0; lane < a.length - 1; lane++) {
            put(lane, 1000 + symmetry.renamed(lane, node));
        }
        put(a.length - 1, 1000 + node);
    }

    /** Counts in the last lane only. */
    void putExact(long part) {
        put(a.length - 1, part);
    }

    /** Adds a part whose place among others doesn't matter. */
    void addUnordered(Lanes part) {
        for (int lane = 0; lane < a.length; lane++) {
            a[lane] += part.a[lane];
            b[lane] += part.b[lane];
        }
    }

    /** Takes another's hash as the next part. */
    void putAll(Lanes part) {
        for (int lane = 0; lane < a.length; lane++) {
            a[lane] = mixHigh(a[lane], part.a[lane]);
            b[lane] = mixLow(b[lane], part.b[lane]);
        }
    }

    Lanes fresh() {
        return new Lanes(symmetry);
    }

    long exactHigh() {
        return a[a.length - 1];
    }

    long exactLow() {
        return b[b.length - 1];
    }
}
