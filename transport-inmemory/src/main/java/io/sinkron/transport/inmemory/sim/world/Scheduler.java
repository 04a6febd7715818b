package io.sinkron.transport.inmemory.sim.world;

import java.util.PriorityQueue;

/**
 * Virtual time. Events happen in the order of (time, a tie-breaker drawn from the seed, sequence): at equal times, every order has its
 * chance. Not thread-safe.
 */
public final class Scheduler {
    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final SeededRandom ties;
    private long nowNanos;
    private long scheduled;
    private long executed;

    /** Starts at time 0. */
    public Scheduler(SeededRandom ties) {
        this.ties = ties;
    }

    /** The present, in nanoseconds of true time since the start. No node sees this clock. */
    public long nowNanos() {
        return nowNanos;
    }

    /** How many events have happened. */
    public long executed() {
        return executed;
    }

    /** Lets something happen after a delay. */
    public void after(long delayNanos, Runnable action) {
        at(nowNanos + Math.max(0, delayNanos), action);
    }

    /** Lets something happen at a time; at once if that is over. */
    public void at(long timeNanos, Runnable action) {
        queue.add(new Event(Math.max(nowNanos, timeNanos), ties.nextInt(), scheduled++, action));
    }

    /**
     * Lets everything happen up to a time, and moves on to that time.
     *
     * @param untilNanos inclusive
     */
    public void runUntil(long untilNanos) {
        while (!queue.isEmpty() && queue.peek().timeNanos <= untilNanos) {
            Event event = queue.poll();
            nowNanos = event.timeNanos;
            executed++;
            event.action.run();
        }
        nowNanos = Math.max(nowNanos, untilNanos);
    }

    private record Event(long timeNanos, int tie, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(timeNanos, other.timeNanos);
            if (byTime != 0) {
                return byTime;
            }
            int byTie = Integer.compare(tie, other.tie);
            return byTie != 0 ? byTie : Long.compare(sequence, other.sequence);
        }
    }
}
