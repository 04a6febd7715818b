package io.sinkron.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which of {@code n} things is asked for when the one of rank r is asked for in proportion to r^-skew (Zipf's law; YCSB's skew is 0.99). Sequences are
 * drawn beforehand, so that the measured code pays one array read for a draw. Immutable.
 */
final class Zipf {
    private final double[] cumulated;
    private final int[] thingOfRank;

    Zipf(int n, double skew) {
        cumulated = new double[n];
        thingOfRank = new int[n];
        SplittableRandom random = new SplittableRandom(n);
        double sum = 0;
        for (int rank = 0; rank < n; rank++) {
            sum += Math.pow(rank + 1, -skew);
            cumulated[rank] = sum;
            // Shuffled as it grows, lest things of like rank be neighbours in memory.
            int other = random.nextInt(rank + 1);
            thingOfRank[rank] = thingOfRank[other];
            thingOfRank[other] = rank;
        }
    }

    /** So many draws. */
    int[] draw(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int found = Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[cumulated.length - 1]);
            drawn[i] = thingOfRank[Math.min(found < 0 ? -found - 1 : found, thingOfRank.length - 1)];
        }
        return drawn;
    }
}
