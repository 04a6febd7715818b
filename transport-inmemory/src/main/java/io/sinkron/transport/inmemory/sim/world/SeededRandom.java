package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.XxHash64;
import java.util.random.RandomGenerator;

/**
 * SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014) with its derived draws fixed here rather than left
 * to the JDK, so that a seed means the same run on every release. Not thread-safe.
 *
 * <p>{@link #split} depends on the seed and the name alone, not on what was drawn before: each source of choices has its own generator, and
 * one fault less doesn't reshuffle all the others.
 */
public final class SeededRandom implements RandomGenerator {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;
    private long state;

    /** A generator of this seed. */
    public SeededRandom(long seed) {
        this.seed = seed;
        this.state = seed;
    }

    /** The generator of a named source. */
    public SeededRandom split(String name) {
        return new SeededRandom(XxHash64.hash(name, seed));
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    @Override
    public boolean nextBoolean() {
        return nextLong() < 0;
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return (int) nextLong(origin, bound);
    }

    /** The remainder of 63 bits: its bias is below 2^-20 for any bound below 2^43, which no choice here can tell. */
    @Override
    public long nextLong(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound is " + bound + ", allowed is from 1");
        }
        return (nextLong() >>> 1) % bound;
    }

    @Override
    public long nextLong(long origin, long bound) {
        if (bound <= origin) {
            throw new IllegalArgumentException("bound is " + bound + ", not above " + origin);
        }
        return origin + nextLong(bound - origin);
    }

    /** True with this probability. */
    public boolean chance(double probability) {
        return nextDouble() < probability;
    }

    /** An exponentially distributed number of nanoseconds of this mean. */
    public long exponentialNanos(double meanNanos) {
        return (long) (-StrictMath.log(1 - nextDouble()) * meanNanos);
    }
}
