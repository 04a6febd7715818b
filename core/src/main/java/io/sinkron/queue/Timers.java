package io.sinkron.queue;

import java.util.TreeSet;

/**
 * Things that are due at a time each, on a monotonic clock whose readings may be negative. Arming, disarming and taking cost O(log n); what
 * is due at the same time comes in the order of its making.
 */
final class Timers<T extends Timers.Timed> {
    /** Something that can be armed, in one set of timers at a time. */
    abstract static class Timed {
        private final long serial;
        private long at;
        private boolean isArmed;

        /** @param serial differs among those of one set */
        Timed(long serial) {
            this.serial = serial;
        }
    }

    private final TreeSet<T> armed = new TreeSet<>((a, b) -> {
        Timed left = a;
        Timed right = b;
        return left.at != right.at ? Long.signum(left.at - right.at) : Long.compare(left.serial, right.serial);
    });

    /** Sets when it is due, instead of what was set before. */
    void arm(T timed, long at) {
        Timed timer = timed;
        if (timer.isArmed) {
            if (timer.at == at) {
                return;
            }
            armed.remove(timed);
        }
        timer.at = at;
        timer.isArmed = true;
        armed.add(timed);
    }

    void disarm(T timed) {
        Timed timer = timed;
        if (timer.isArmed) {
            armed.remove(timed);
            timer.isArmed = false;
        }
    }

    /** Takes the next that is due; null if none is. */
    T poll(long now) {
        if (armed.isEmpty()) {
            return null;
        }
        T first = armed.first();
        Timed timer = first;
        if (timer.at - now > 0) {
            return null;
        }
        armed.remove(first);
        timer.isArmed = false;
        return first;
    }

    /** The earlier of this time and the time of the first. */
    long earliest(long other) {
        if (armed.isEmpty()) {
            return other;
        }
        Timed first = armed.first();
        return first.at - other < 0 ? first.at : other;
    }
}
