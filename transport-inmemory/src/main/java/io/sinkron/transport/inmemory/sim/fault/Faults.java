package io.sinkron.transport.inmemory.sim.fault;

import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What breaks in the first phase of a run, and how often.
 *
 * @param links how all links behave
 * @param disks how all disks behave
 * @param nodes how all processes behave
 * @param store how the store outside the cluster behaves, where there is one
 * @param meanNanos the mean time between the beginnings of faults of a kind, exponentially distributed; kinds that are missing are off
 * @param oneNodeAtATime whether no second node is crashed, paused or cut off before the first has had time to come back: what promises to
 *     survive the loss of any one node must do so
 */
public record Faults(
        LinkQuality links,
        DiskQuality disks,
        NodeQuality nodes,
        StoreQuality store,
        Map<FaultKind, Long> meanNanos,
        boolean oneNodeAtATime) {
    /** Nothing breaks. */
    public static final Faults NONE = new Faults(
            LinkQuality.PERFECT, DiskQuality.PERFECT, NodeQuality.PERFECT, StoreQuality.PERFECT, Map.of(), false);

    /** Rejects missing parts; takes a copy, in the order of the kinds, of those that are on. */
    public Faults {
        Objects.requireNonNull(links, "links");
        Objects.requireNonNull(disks, "disks");
        Objects.requireNonNull(nodes, "nodes");
        Objects.requireNonNull(store, "store");
        Map<FaultKind, Long> on = new EnumMap<>(FaultKind.class);
        meanNanos.forEach((kind, mean) -> {
            if (mean > 0) {
                on.put(kind, mean);
            }
        });
        meanNanos = Collections.unmodifiableMap(on);
    }

    /**
     * The same with some parts perfect.
     *
     * @param has says of {@code links}, {@code disks}, {@code processes} and {@code store} whether they break
     */
    public Faults without(Predicate<String> has) {
        return new Faults(
                has.test("links") ? links : LinkQuality.PERFECT,
                has.test("disks") ? disks : DiskQuality.PERFECT,
                has.test("processes") ? nodes : NodeQuality.PERFECT,
                has.test("store") ? store : StoreQuality.PERFECT,
                meanNanos,
                oneNodeAtATime);
    }

    /** Whether there are faults of this kind. */
    public boolean has(FaultKind kind) {
        return meanNanos.containsKey(kind);
    }

    /** Whether processes may die. */
    public boolean mayDie() {
        return has(FaultKind.CRASH) || has(FaultKind.DAMAGE) || has(FaultKind.WIPE);
    }

    /** Whether no node ever dies or loses its lease to a fault, so that what is in memory stays there and is served. */
    public boolean isMemorySafe() {
        return meanNanos.keySet().stream().allMatch(kind -> kind == FaultKind.STORE_AWAY)
                && nodes.crashInTurnProbability() == 0
                && disks.powerLossProbability() == 0
                && disks.writeErrorProbability() == 0
                && disks.forceErrorProbability() == 0;
    }
}
