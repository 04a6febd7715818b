package io.sinkron.cache;

import java.util.Arrays;

/** A set of states by 128 bits of their hash, each with the number in which it was added: open addressing in flat arrays. */
final class Fingerprints {
    private long[] high = new long[1 << 16];
    private long[] low = new long[1 << 16];
    private int[] numbers = new int[1 << 16];
    private int size;

    Fingerprints() {
        Arrays.fill(numbers, -1);
    }

    int size() {
        return size;
    }

    /** Adds a state; -1 if it is new, its number otherwise. */
    int add(int[] state) {
        long a = 0x9E3779B97F4A7C15L;
        long b = 0xC2B2AE3D27D4EB4FL;
        for (int part : state) {
            a = mix(a + part);
            b = mix(b ^ part * 0x165667B19E3779F9L);
        }
        int mask = numbers.length - 1;
        int at = (int) a & mask;
        while (numbers[at] >= 0) {
            if (high[at] == a && low[at] == b) {
                return numbers[at];
            }
            at = at + 1 & mask;
        }
        high[at] = a;
        low[at] = b;
        numbers[at] = size++;
        if (size > numbers.length / 2) {
            grow();
        }
        return -1;
    }

    private static long mix(long x) {
        long z = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] oldNumbers = numbers;
        high = new long[oldHigh.length * 2];
        low = new long[oldHigh.length * 2];
        numbers = new int[oldHigh.length * 2];
        Arrays.fill(numbers, -1);
        int mask = numbers.length - 1;
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] >= 0) {
                int at = (int) oldHigh[i] & mask;
                while (numbers[at] >= 0) {
                    at = at + 1 & mask;
                }
                high[at] = oldHigh[i];
                low[at] = oldLow[i];
                numbers[at] = oldNumbers[i];
            }
        }
    }
}
