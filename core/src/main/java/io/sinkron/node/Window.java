package io.sinkron.node;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Items under growing sequence numbers, in an array that is used as a ring: look-up, adding and removing take constant time and allocate
 * nothing while the span between the lowest and the highest number doesn't grow. Not thread-safe.
 */
final class Window<T> {
    private Object[] ring = new Object[64];
    private long low;
    private long next;

    /** An empty window; the first number is at least {@code first}. */
    Window(long first) {
        low = first;
        next = first;
    }

    /** The lowest number that has an item, or {@link #next} if none has. */
    long low() {
        return low;
    }

    /** One above the highest number ever added. */
    long next() {
        return next;
    }

    /** How many numbers lie between the lowest item and the highest number. */
    long span() {
        return next - low;
    }

    /** The item of a number, or null. */
    @SuppressWarnings("unchecked")
    T get(long sequence) {
        if (sequence < low || sequence >= next) {
            return null;
        }
        return (T) ring[slot(sequence)];
    }

    /** Sets the item of a number at or above {@link #low}. */
    void put(long sequence, T item) {
        if (sequence < low) {
            throw new IllegalArgumentException("sequence " + sequence + " is below the window's low end " + low);
        }
        while (sequence - low >= ring.length) {
            grow();
        }
        next = Math.max(next, sequence + 1);
        ring[slot(sequence)] = item;
    }

    /** Takes the item of a number out, and moves the low end over what is empty then. */
    T remove(long sequence) {
        T item = get(sequence);
        if (item != null) {
            ring[slot(sequence)] = null;
            skipEmpty();
        }
        return item;
    }

    /** Forgets all below a number, whether or not they have an item. */
    void dropBelow(long sequence) {
        long end = Math.min(sequence, next);
        if (end - low >= ring.length) {
            Arrays.fill(ring, null);
            low = end;
        }
        for (; low < end; low++) {
            ring[slot(low)] = null;
        }
        if (sequence > next) {
            low = sequence;
            next = sequence;
        }
    }

    /** Every item, by rising number. Items may be removed meanwhile. */
    void forEach(Consumer<T> action) {
        long end = next;
        for (long at = low; at < end; at++) {
            T item = get(at);
            if (item != null) {
                action.accept(item);
            }
        }
    }

    private void skipEmpty() {
        while (low < next && ring[slot(low)] == null) {
            low++;
        }
    }

    private int slot(long sequence) {
        return (int) (sequence & ring.length - 1);
    }

    private void grow() {
        Object[] larger = new Object[ring.length * 2];
        for (long at = low; at < next; at++) {
            larger[(int) (at & larger.length - 1)] = ring[slot(at)];
        }
        ring = larger;
    }
}
