package io.sinkron.transport.inmemory.sim.world;

/**
 * How a process behaves.
 *
 * @param maxRatePpm its clock is at most so many millionths fast or slow; drawn at each start
 * @param maxTurnDelayNanos how long a turn of its loop begins at most after the first input; what comes meanwhile is in the same turn
 * @param maxTimerDelayNanos how late its timers fire at most
 * @param crashInTurnProbability for each turn: that the process dies between two effects
 */
public record NodeQuality(
        int maxRatePpm, long maxTurnDelayNanos, long maxTimerDelayNanos, double crashInTurnProbability) {
    /** A quick machine with an exact clock. */
    public static final NodeQuality PERFECT = new NodeQuality(0, 20_000, 100_000, 0);

    /** The same with slower or quicker turns. */
    public NodeQuality withMaxTurnDelayNanos(long nanos) {
        return new NodeQuality(maxRatePpm, nanos, maxTimerDelayNanos, crashInTurnProbability);
    }
}
