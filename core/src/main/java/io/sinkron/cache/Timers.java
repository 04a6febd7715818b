package io.sinkron.cache;

import java.util.PriorityQueue;

/**
 * Things to do at a time. Cancelling is O(1): a cancelled timer is skipped when its time comes, and swept out when most are cancelled. Of equal
 * times, the one set first runs first. Times are compared by difference, since the clock may wrap. Not thread-safe.
 */
final class Timers {
    private static final int MIN_SWEEP = 64;

    private final PriorityQueue<Timer> queue = new PriorityQueue<>();
    private long order;
    private int cancelled;

    /** One thing to do. */
    static final class Timer implements Comparable<Timer> {
        private final long at;
        private final long order;
        private final Runnable action;
        private boolean isOver;

        private Timer(long at, long order, Runnable action) {
            this.at = at;
            this.order = order;
            this.action = action;
        }

        @Override
        public int compareTo(Timer other) {
            return at != other.at ? Long.signum(at - other.at) : Long.compare(order, other.order);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(order);
        }
    }

    /** Runs the action in the first {@link #run} at or after the time. */
    Timer schedule(long at, Runnable action) {
        Timer timer = new Timer(at, order++, action);
        queue.add(timer);
        return timer;
    }

    /** Forgets a timer; null and timers that are over are fine. */
    void cancel(Timer timer) {
        if (timer == null || timer.isOver) {
            return;
        }
        timer.isOver = true;
        cancelled++;
        if (cancelled > MIN_SWEEP && cancelled > queue.size() / 2) {
            queue.removeIf(t -> t.isOver);
            cancelled = 0;
        }
    }

    /** Runs what is due. What an action schedules for now runs in the next call, so that this ends. */
    void run(long now) {
        long first = order;
        while (!queue.isEmpty() && queue.peek().at - now <= 0) {
            Timer timer = queue.peek();
            if (!timer.isOver && timer.order >= first) {
                return;
            }
            queue.poll();
            if (timer.isOver) {
                cancelled--;
            } else {
                timer.isOver = true;
                timer.action.run();
            }
        }
    }

    /** When {@link #run} is next needed; {@code fallback} if nothing is set. */
    long next(long fallback) {
        while (!queue.isEmpty() && queue.peek().isOver) {
            queue.poll();
            cancelled--;
        }
        return queue.isEmpty() || queue.peek().at - fallback > 0 ? fallback : queue.peek().at;
    }
}
