package io.sinkron.transport.inmemory.sim.fault;

import io.sinkron.common.NodeId;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.SimulatedNode;
import io.sinkron.transport.inmemory.sim.world.World;
import java.util.List;

/** Nodes that are broken for good, each in its own way, while all others and the links between them are whole. */
final class Outsiders {
    private static final long MILLI = 1_000_000;
    private static final long OUTSIDE_NANOS = 3_600_000 * MILLI;

    private final World world;
    private final List<SimulatedNode> nodes;
    private final SeededRandom random;
    private boolean isOver;

    Outsiders(World world, List<SimulatedNode> nodes, SeededRandom random) {
        this.world = world;
        this.nodes = nodes;
        this.random = random;
    }

    void leave(List<SimulatedNode> outside, boolean mayDie) {
        for (SimulatedNode node : outside) {
            switch (random.nextInt(mayDie ? 5 : 4)) {
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
                    flap(node, true);
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
    }

    /** They come back: nothing is cut any more. Healing the links and starting the nodes is the caller's part. */
    void end() {
        isOver = true;
    }

    private void flap(SimulatedNode node, boolean cut) {
        others(node).forEach(other -> {
            world.network().cut(node.id(), other, cut);
            world.network().cut(other, node.id(), cut);
        });
        world.scheduler().after(100 * MILLI + random.nextLong(2_000 * MILLI), () -> {
            if (!isOver) {
                flap(node, !cut);
            }
        });
    }

    private List<NodeId> others(SimulatedNode node) {
        return nodes.stream()
                .filter(other -> other != node)
                .map(SimulatedNode::id)
                .toList();
    }

    private void mark(String situation) {
        world.recorder().marks().reached(situation);
        world.recorder().trace("", () -> "--- " + situation);
    }
}
