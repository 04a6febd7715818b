package io.sinkron.raft.search;

import java.util.Arrays;

/** A set of 128-bit hashes, each with the number in which it was added: open addressing in flat arrays. */
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

    /** Adds a hash; -1 if it is new, its number otherwise. */
    int add(long a, long b) {
        int at = place(a, b);
        if (numbers[at] >= 0) {
            return numbers[at];
        }
        high[at] = a;
        low[at] = b;
        numbers[at] = size++;
        if (size > numbers.length / 3 * 2) {
            grow();
        }
        return -1;
    }

    /** Its number, -1 if it isn't there. */
    int find(long a, long b) {
        return numbers[place(a, b)];
    }

    private int place(long a, long b) {
        int mask = numbers.length - 1;
        int at = (int) a & mask;
        while (numbers[at] >= 0 && (high[at] != a || low[at] != b)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] oldNumbers = numbers;
        high = new long[oldHigh.length * 2];
        low = new long[oldHigh.length * 2];
        numbers = new int[oldHigh.length * 2];
        Arrays.fill(numbers, -1);
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] >= 0) {
                int at = place(oldHigh[i], oldLow[i]);
                high[at] = oldHigh[i];
                low[at] = oldLow[i];
                numbers[at] = oldNumbers[i];
            }
        }
    }
}
