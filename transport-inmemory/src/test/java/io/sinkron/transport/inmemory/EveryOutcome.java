package io.sinkron.transport.inmemory;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A generator that in the end answers every draw with every value: an odometer over the draws of one computation, which is run again until
 * {@link #next} says that all combinations were had. Only draws with a bound are answered.
 */
final class EveryOutcome implements RandomGenerator {
    private final List<Integer> drawn = new ArrayList<>();
    private final List<Integer> bounds = new ArrayList<>();
    private int position;

    /** Starts the next combination; false if there is none. */
    boolean next() {
        position = 0;
        for (int last = drawn.size() - 1; last >= 0; last--) {
            if (drawn.get(last) + 1 < bounds.get(last)) {
                drawn.set(last, drawn.get(last) + 1);
                return true;
            }
            drawn.remove(last);
            bounds.remove(last);
        }
        return false;
    }

    @Override
    public int nextInt(int bound) {
        if (position == drawn.size()) {
            drawn.add(0);
            bounds.add(bound);
        }
        return drawn.get(position++);
    }

    @Override
    public boolean nextBoolean() {
        return nextInt(2) == 0;
    }

    @Override
    public long nextLong() {
        throw new UnsupportedOperationException("a draw without a bound has too many outcomes");
    }
}
