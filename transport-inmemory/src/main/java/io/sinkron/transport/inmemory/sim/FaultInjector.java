package io.sinkron.transport.inmemory.sim;

import io.sinkron.common.NodeId;
import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.SimulatedNode;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import io.sinkron.transport.inmemory.sim.world.World;
import java.util.ArrayList;
import java.util.List;

/**
 * Breaks things as {@link Faults} say, each kind on a schedule and a generator of its own, until {@link #stop}; then everything is whole again.
 */
final class FaultInjector {
    private static final long MILLI = 1_000_000;
    /** A node that came back has its lease, the view has changed twice, and backups are made anew. */
    static final long RECOVERY_NANOS = 8_000 * MILLI;

    private static final long OUTSIDE_NANOS = 3_600_000 * MILLI;

    private final Faults faults;
    private final World world;
    private final List<SimulatedNode> nodes;
    private final SeededRandom random;
    private boolean stopped;
    private boolean whole;
    private boolean troubled;

    FaultInjector(Faults faults, World world, List<SimulatedNode> nodes, SeededRandom random) {
        this.faults = faults;
        this.world = world;
        this.nodes = nodes;
        this.random = random;
    }

    void start() {
        world.network().quality(faults.links());
        world.store().quality(faults.store());
        for (SimulatedNode node : nodes) {
            node.quality(faults.nodes());
            node.diskQuality(faults.disks());
        }
        repeat("partition", faults.partitionMeanNanos(), true, this::partition);
        repeat("clog", faults.clogMeanNanos(), true, this::clog);
        repeat("crash", faults.crashMeanNanos(), true, this::crash);
        repeat("outage", faults.outageMeanNanos(), false, this::outage);
        repeat("pause", faults.pauseMeanNanos(), true, this::pause);
        repeat("store", faults.storeAwayMeanNanos(), false, this::storeAway);
        repeat("restart", 500 * MILLI, false, this::restart);
    }

    /**
     * From now on these nodes are broken for good, each in its own way, and all others and the links between them are whole.
     *
     * @param mayDie whether a node may be broken by killing it
     */
    void leaveOutside(List<SimulatedNode> outside, boolean mayDie, SeededRandom source) {
        stop();
        for (SimulatedNode node : outside) {
            switch (source.nextInt(mayDie ? 5 : 4)) {
                case 0 -> {
                    mark("left outside: deaf");
                    others(node).forEach(other -> world.network().cut(other, node.id(), true));
                }
                case 1 -> {
                    mark("left outside: mute");
                    others(node).forEach(other -> world.network().cut(node.id(), other, true));
                }
                case 2 -> {
                    mark("left outside: flapping");
                    flap(node, source, true);
                }
                case 3 -> {
                    mark("left outside: paused");
                    node.pause(OUTSIDE_NANOS);
                }
                default -> {
                    mark("left outside: dead");
                    node.crash(true);
                }
            }
        }
        whole = false;
    }

    private void flap(SimulatedNode node, SeededRandom source, boolean cut) {
        others(node).forEach(other -> {
            world.network().cut(node.id(), other, cut);
            world.network().cut(other, node.id(), cut);
        });
        world.scheduler().after(100 * MILLI + source.nextLong(2_000 * MILLI), () -> {
            if (!whole) {
                flap(node, source, !cut);
            }
        });
    }

    private List<NodeId> others(SimulatedNode node) {
        return nodes.stream()
                .filter(other -> other != node)
                .map(SimulatedNode::id)
                .toList();
    }

    /** Nothing breaks any more, and everything that is broken is whole again. */
    void stop() {
        stopped = true;
        whole = true;
        world.network().heal();
        world.store().quality(StoreQuality.PERFECT);
        world.store().away(false);
        for (SimulatedNode node : nodes) {
            node.quality(NodeQuality.PERFECT);
            node.diskQuality(DiskQuality.PERFECT);
            node.resume();
            node.start();
        }
    }

    /** A kind of fault; each one returns how long it lasts. */
    private interface Fault {
        long happen(SeededRandom source);
    }

    private void repeat(String kind, long meanNanos, boolean takesANode, Fault fault) {
        if (meanNanos > 0) {
            again(random.split(kind), meanNanos, takesANode, fault);
        }
    }

    private void again(SeededRandom source, long meanNanos, boolean takesANode, Fault fault) {
        world.scheduler().after(source.exponentialNanos(meanNanos), () -> {
            if (stopped) {
                return;
            }
            if (!takesANode || !faults.oneNodeAtATime()) {
                fault.happen(source);
            } else if (!troubled) {
                troubled = true;
                world.scheduler().after(fault.happen(source) + RECOVERY_NANOS, () -> troubled = false);
            }
            again(source, meanNanos, takesANode, fault);
        });
    }

    private void mark(String situation) {
        world.recorder().marks().reached(situation);
        world.recorder().trace("", () -> "--- " + situation);
    }

    private SimulatedNode any(SeededRandom source) {
        return nodes.get(source.nextInt(nodes.size()));
    }

    private long crash(SeededRandom source) {
        SimulatedNode victim = any(source);
        long downNanos = source.nextLong(source.nextBoolean() ? 500 * MILLI : 8_000 * MILLI);
        if (victim.isUp()) {
            mark("crash");
            victim.crash(source.nextBoolean());
            startAfter(victim, downNanos);
        }
        return downNanos;
    }

    private void startAfter(SimulatedNode node, long nanos) {
        world.scheduler().after(nanos, () -> {
            if (!node.isUp() && !stopped) {
                mark("restart");
                node.start();
            }
        });
    }

    /** Nodes that died by themselves (in a turn, of their disk) come back sooner or later. */
    private long restart(SeededRandom source) {
        SimulatedNode node = any(source);
        if (!node.isUp() && !faults.oneNodeAtATime()) {
            mark("restart");
            node.start();
        }
        return 0;
    }

    private long outage(SeededRandom source) {
        mark("outage of all nodes");
        for (SimulatedNode node : nodes) {
            node.crash(true);
            startAfter(node, source.nextLong(3_000 * MILLI));
        }
        return 0;
    }

    private long storeAway(SeededRandom source) {
        mark("store goes away");
        world.store().away(true);
        world.scheduler()
                .after(source.nextLong(5_000 * MILLI), () -> world.store().away(false));
        return 0;
    }

    private long pause(SeededRandom source) {
        long nanos = 10 * MILLI + source.nextLong(source.nextBoolean() ? 500 * MILLI : 10_000 * MILLI);
        mark("pause");
        any(source).pause(nanos);
        return nanos;
    }

    private long clog(SeededRandom source) {
        SimulatedNode from = any(source);
        SimulatedNode to = any(source);
        long nanos = source.nextLong(2_000 * MILLI);
        if (from != to) {
            mark("link clogged");
            world.network().clog(from.id(), to.id(), true);
            world.scheduler().after(nanos, () -> world.network().clog(from.id(), to.id(), false));
        }
        return nanos;
    }

    private long partition(SeededRandom source) {
        long nanos = 50 * MILLI + source.nextLong(source.nextBoolean() ? 1_000 * MILLI : 8_000 * MILLI);
        List<NodeId> ids = shuffled(source);
        List<NodeId[]> cuts = new ArrayList<>();
        int shape = faults.oneNodeAtATime() ? source.nextInt(2) : source.nextInt(5);
        switch (shape) {
            case 0 -> {
                mark("one node cut off");
                between(cuts, ids.subList(0, 1), ids.subList(1, ids.size()), true, true);
            }
            case 1 -> {
                mark("one node cut off in one direction");
                boolean deaf = source.nextBoolean();
                between(cuts, ids.subList(0, 1), ids.subList(1, ids.size()), deaf, !deaf);
            }
            case 2 -> {
                mark("partition in halves");
                between(cuts, ids.subList(0, ids.size() / 2), ids.subList(ids.size() / 2, ids.size()), true, true);
            }
            case 3 -> {
                mark("halves with a bridge");
                int half = ids.size() / 2;
                between(cuts, ids.subList(0, half), ids.subList(half + 1, ids.size()), true, true);
            }
            default -> {
                mark("ring");
                for (int i = 0; i < ids.size(); i++) {
                    for (int j = i + 2; j < ids.size(); j++) {
                        if (i > 0 || j < ids.size() - 1) {
                            between(cuts, ids.subList(i, i + 1), ids.subList(j, j + 1), true, true);
                        }
                    }
                }
            }
        }
        cuts.forEach(cut -> world.network().cut(cut[0], cut[1], true));
        world.scheduler().after(nanos, () -> {
            // Once the faults are over, who is left outside stays there.
            if (!stopped) {
                cuts.forEach(cut -> world.network().cut(cut[0], cut[1], false));
            }
        });
        return nanos;
    }

    private List<NodeId> shuffled(SeededRandom source) {
        List<NodeId> ids = new ArrayList<>();
        nodes.forEach(node -> ids.add(source.nextInt(ids.size() + 1), node.id()));
        return ids;
    }

    private static void between(List<NodeId[]> cuts, List<NodeId> a, List<NodeId> b, boolean there, boolean back) {
        for (NodeId from : a) {
            for (NodeId to : b) {
                if (there) {
                    cuts.add(new NodeId[] {from, to});
                }
                if (back) {
                    cuts.add(new NodeId[] {to, from});
                }
            }
        }
    }
}
