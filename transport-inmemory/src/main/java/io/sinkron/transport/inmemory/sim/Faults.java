package io.sinkron.transport.inmemory.sim;

import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import java.util.Objects;

/**
 * What breaks in the first phase of a run, and how often. Mean times are between the beginnings of faults of a kind, exponentially distributed;
 * 0 switches a kind off.
 *
 * @param links how all links behave
 * @param disks how all disks behave
 * @param nodes how all processes behave
 * @param store how the store outside the cluster behaves, where there is one
 * @param storeAwayMeanNanos that store refuses everything for up to five seconds
 * @param partitionMeanNanos cuts: one node off, two halves, one direction only, a ring, two halves with a bridge
 * @param clogMeanNanos one link holds everything for a while and then delivers it at once
 * @param crashMeanNanos one process is killed, or its machine loses power, and starts again later
 * @param outageMeanNanos all lose power at once
 * @param pauseMeanNanos one process stands still, for up to ten seconds
 * @param oneNodeAtATime whether no second node is crashed, paused or cut off before the first has had time to come back: what promises to
 *     survive the loss of any one node must do so
 */
public record Faults(
        LinkQuality links,
        DiskQuality disks,
        NodeQuality nodes,
        StoreQuality store,
        long storeAwayMeanNanos,
        long partitionMeanNanos,
        long clogMeanNanos,
        long crashMeanNanos,
        long outageMeanNanos,
        long pauseMeanNanos,
        boolean oneNodeAtATime) {
    /** Nothing breaks. */
    public static final Faults NONE = new Faults(
            LinkQuality.PERFECT,
            DiskQuality.PERFECT,
            NodeQuality.PERFECT,
            StoreQuality.PERFECT,
            0,
            0,
            0,
            0,
            0,
            0,
            false);

    /** Rejects missing parts. */
    public Faults {
        Objects.requireNonNull(links, "links");
        Objects.requireNonNull(disks, "disks");
        Objects.requireNonNull(nodes, "nodes");
        Objects.requireNonNull(store, "store");
    }

    /** Whether no node ever dies or loses its lease to a fault, so that what is in memory stays there and is served. */
    public boolean isMemorySafe() {
        return crashMeanNanos == 0
                && outageMeanNanos == 0
                && partitionMeanNanos == 0
                && pauseMeanNanos == 0
                && clogMeanNanos == 0
                && nodes.crashInTurnProbability() == 0
                && disks.powerLossProbability() == 0
                && disks.writeErrorProbability() == 0
                && disks.forceErrorProbability() == 0;
    }
}
