package io.sinkron.transport.inmemory.sim.workload;

/**
 * How long clients think between two calls: in bursts as little as they can, in between seconds. Time-outs, leases, sessions and deliveries that run out
 * need virtual time, not calls; races need calls that are dense. Immutable.
 *
 * <p>Thinking goes on at the pace of the moment: a client that began to think in a quiet time thinks on faster once a burst begins, so all of
 * them meet in it.
 */
public final class Pace {
    /** How many times longer clients think in a quiet time than in a storm. */
    private static final double QUIET = 250;

    /** What thinking in a quiet time stays below, so that everybody comes to an end soon once that is wanted. */
    private static final double LONGEST_NANOS = 8e9;

    private final int calm;
    private final long[] borders;

    private Pace(int calm, long[] borders) {
        this.calm = calm;
        this.borders = borders;
    }

    /** Always the same. */
    public static Pace steady(int calm) {
        return new Pace(calm, new long[0]);
    }

    /**
     * Busy from every even border up to the next one, quiet in between.
     *
     * @param calm how many times longer clients think in a burst than they do in a storm, at least 1
     * @param borders true times since the start of the run, ascending, an even number of them
     */
    public static Pace bursts(int calm, long... borders) {
        for (int i = 1; i < borders.length; i++) {
            if (borders[i] < borders[i - 1]) {
                throw new IllegalArgumentException("border " + borders[i] + " follows " + borders[i - 1]);
            }
        }
        if (borders.length == 0 || borders.length % 2 != 0) {
            throw new IllegalArgumentException(borders.length + " borders, needed is an even number");
        }
        return new Pace(calm, borders.clone());
    }

    /**
     * How long it takes from now on to think what takes so long in a storm.
     *
     * @param nowNanos true time since the start of the run
     */
    public long thinking(long nowNanos, long stormNanos) {
        if (borders.length == 0) {
            return stormNanos * calm;
        }
        long at = nowNanos;
        long left = stormNanos;
        double quiet = quiet(stormNanos);
        for (int i = 0; i < borders.length && left > 0; i++) {
            if (borders[i] > at) {
                double slowness = i % 2 != 0 ? calm : quiet;
                long done = (long) ((borders[i] - at) / slowness);
                at = done < left ? borders[i] : at + (long) (left * slowness);
                left -= Math.min(left, done);
            }
        }
        return at - nowNanos + (long) (left * quiet);
    }

    /** How much longer this thought takes in a quiet time: short ones in full proportion, long ones up to the longest there is. */
    private double quiet(long stormNanos) {
        return Math.max(calm, QUIET * LONGEST_NANOS / (QUIET * stormNanos + LONGEST_NANOS));
    }
}
