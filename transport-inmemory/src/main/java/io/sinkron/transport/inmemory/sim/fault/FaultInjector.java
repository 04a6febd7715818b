package io.sinkron.transport.inmemory.sim.fault;

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
 * Breaks what a list of faults says, and lets nodes, links, disks and the store behave as {@link Faults} say, until {@link #stop}; then
 * everything is whole again. What a fault meets (a node that is down already) may leave it without effect. Not thread-safe.
 */
public final class FaultInjector {
    private static final long MILLI = 1_000_000;
    private static final long RESTART_NANOS = 500 * MILLI;
    private static final long SLOWEST_LINK_NANOS = 1_500 * MILLI;
    private static final long SLOWEST_TURN_NANOS = 400 * MILLI;

    private final Faults faults;
    private final World world;
    private final List<SimulatedNode> nodes;
    private final SeededRandom random;
    private final Outsiders outsiders;
    private boolean stopped;

    /** @param nodes all nodes; a live view, filled before {@link #start} */
    public FaultInjector(Faults faults, World world, List<SimulatedNode> nodes, SeededRandom random) {
        this.faults = faults;
        this.world = world;
        this.nodes = nodes;
        this.random = random;
        this.outsiders = new Outsiders(world, nodes, random.split("outside"));
    }

    /** From now on things break. */
    public void start(List<PlannedFault> planned) {
        world.network().quality(faults.links());
        world.store().quality(faults.store());
        for (SimulatedNode node : nodes) {
            node.quality(faults.nodes());
            node.disk().quality(faults.disks());
        }
        for (PlannedFault fault : planned) {
            world.scheduler().at(fault.atMillis() * MILLI, () -> {
                if (!stopped) {
                    happen(fault);
                }
            });
        }
        restartNowAndThen(random.split("restart"));
    }

    /**
     * From now on these nodes are broken for good, and all others and the links between them are whole.
     *
     * @param mayDie whether a node may be broken by killing it
     */
    public void leaveOutside(List<SimulatedNode> outside, boolean mayDie) {
        stop();
        outsiders.leave(outside, mayDie);
    }

    /** Nothing breaks any more, and everything that is broken is whole again. */
    public void stop() {
        stopped = true;
        outsiders.end();
        world.network().heal();
        world.store().quality(StoreQuality.PERFECT);
        world.store().away(false);
        for (SimulatedNode node : nodes) {
            node.quality(NodeQuality.PERFECT);
            node.disk().quality(DiskQuality.PERFECT);
            node.disk().goOn();
            node.resume();
            if (node.disk().isDamaged()) {
                node.disk().repair();
            }
            node.start();
        }
    }

    private void happen(PlannedFault fault) {
        if (fault.node() > nodes.size()) {
            return;
        }
        SeededRandom source = random.split(fault.kind().label() + fault.choice());
        long nanos = fault.lastsMillis() * MILLI;
        switch (fault.kind()) {
            case CRASH -> crash(node(fault), nanos, source);
            case OUTAGE -> outage(nanos, source);
            case PARTITION -> partition(nanos, source);
            case CLOG -> clog(node(fault), nanos, source);
            case SWIZZLE -> swizzle(node(fault), nanos, source);
            case SLOW_LINK -> slowLink(node(fault), nanos, source);
            case SLOW_NODE -> slowNode(node(fault), nanos, source);
            case PAUSE -> {
                mark("pause");
                node(fault).pause(nanos);
            }
            case DISK_STALL -> {
                mark("disk stalled");
                node(fault).disk().stall(nanos);
            }
            case DAMAGE -> damage(node(fault), nanos, source);
            case WIPE -> wipe(node(fault), nanos);
            case STORE_AWAY -> {
                mark("store goes away");
                world.store().away(true);
                world.scheduler().after(nanos, () -> world.store().away(false));
            }
        }
    }

    private SimulatedNode node(PlannedFault fault) {
        return nodes.get(fault.node() - 1);
    }

    private void mark(String situation) {
        world.recorder().marks().reached(situation);
        world.recorder().trace("", () -> "--- " + situation);
    }

    /** Ends a fault, unless all are over by then: who is left outside stays there. */
    private void afterwards(long nanos, Runnable end) {
        world.scheduler().after(nanos, () -> {
            if (!stopped) {
                end.run();
            }
        });
    }

    private void crash(SimulatedNode victim, long downNanos, SeededRandom source) {
        if (victim.isUp()) {
            mark("crash");
            victim.crash(source.nextBoolean());
            startAfter(victim, downNanos);
        }
    }

    private void startAfter(SimulatedNode node, long nanos) {
        afterwards(nanos, () -> {
            if (!node.isUp() && !node.disk().isDamaged()) {
                mark("restart");
                node.start();
            }
        });
    }

    /** Nodes that died by themselves (in a turn, of their disk) come back sooner or later. */
    private void restartNowAndThen(SeededRandom source) {
        world.scheduler().after(source.exponentialNanos(RESTART_NANOS), () -> {
            if (stopped) {
                return;
            }
            SimulatedNode node = nodes.get(source.nextInt(nodes.size()));
            if (!node.isUp() && !faults.oneNodeAtATime() && !node.disk().isDamaged()) {
                mark("restart");
                node.start();
            }
            restartNowAndThen(source);
        });
    }

    private void outage(long nanos, SeededRandom source) {
        mark("outage of all nodes");
        for (SimulatedNode node : nodes) {
            node.crash(true);
            startAfter(node, source.nextLong(nanos + 1));
        }
    }

    private void partition(long nanos, SeededRandom source) {
        PartitionShape shape = PartitionShape.draw(shuffled(source), faults.oneNodeAtATime(), source);
        mark(shape.name());
        shape.cuts().forEach(cut -> world.network().cut(cut.from(), cut.to(), true));
        afterwards(nanos, () -> shape.cuts().forEach(cut -> world.network().cut(cut.from(), cut.to(), false)));
    }

    private void clog(SimulatedNode from, long nanos, SeededRandom source) {
        NodeId to = another(from, source);
        mark("link clogged");
        world.network().clog(from.id(), to, true);
        afterwards(nanos, () -> world.network().clog(from.id(), to, false));
    }

    /** Each link by itself, so that what was sent late may arrive before what was sent early (FoundationDB's swizzle-clogging). */
    private void swizzle(SimulatedNode node, long nanos, SeededRandom source) {
        mark("links swizzled");
        for (NodeId other : shuffled(source)) {
            if (!other.equals(node.id())) {
                swizzle(node.id(), other, nanos, source);
                swizzle(other, node.id(), nanos, source);
            }
        }
    }

    private void swizzle(NodeId from, NodeId to, long nanos, SeededRandom source) {
        long begins = source.nextLong(nanos / 2 + 1);
        afterwards(begins, () -> world.network().clog(from, to, true));
        afterwards(
                begins + source.nextLong(nanos / 2 + 1), () -> world.network().clog(from, to, false));
    }

    private void slowLink(SimulatedNode from, long nanos, SeededRandom source) {
        NodeId to = another(from, source);
        long extra = source.exponentialNanos(SLOWEST_LINK_NANOS / 5) % SLOWEST_LINK_NANOS;
        boolean bothWays = source.nextBoolean();
        mark(bothWays ? "slow link" : "slow link in one direction");
        world.network().slow(from.id(), to, extra);
        world.network().slow(to, from.id(), bothWays ? extra : 0);
        afterwards(nanos, () -> {
            world.network().slow(from.id(), to, 0);
            world.network().slow(to, from.id(), 0);
        });
    }

    private void slowNode(SimulatedNode node, long nanos, SeededRandom source) {
        mark("slow node");
        node.quality(faults.nodes().withMaxTurnDelayNanos(source.nextLong(SLOWEST_TURN_NANOS) + 1));
        afterwards(nanos, () -> node.quality(faults.nodes()));
    }

    /** The node must notice at its next start, and stays down until somebody has seen to its disk. */
    private void damage(SimulatedNode node, long nanos, SeededRandom source) {
        if (!node.isUp()) {
            return;
        }
        mark("crash");
        node.crash(true);
        if (node.disk().damage(source)) {
            node.start();
            afterwards(nanos, () -> {
                if (node.disk().isDamaged()) { // it may have been lost altogether meanwhile
                    node.disk().repair();
                }
                node.start();
            });
        } else {
            startAfter(node, nanos);
        }
    }

    private void wipe(SimulatedNode node, long nanos) {
        mark("disk replaced by an empty one");
        node.crash(true);
        node.disk().wipe();
        startAfter(node, nanos);
    }

    private NodeId another(SimulatedNode node, SeededRandom source) {
        List<NodeId> others = new ArrayList<>();
        nodes.forEach(other -> {
            if (other != node) {
                others.add(other.id());
            }
        });
        return others.get(source.nextInt(others.size()));
    }

    private List<NodeId> shuffled(SeededRandom source) {
        List<NodeId> ids = new ArrayList<>();
        nodes.forEach(node -> ids.add(source.nextInt(ids.size() + 1), node.id()));
        return ids;
    }
}
