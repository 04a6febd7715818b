package io.sinkron.transport.inmemory.sim.fault;

import io.sinkron.common.NodeId;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Who can't hear whom.
 *
 * @param name as a situation
 * @param cuts the directions that are cut
 */
record PartitionShape(String name, List<Cut> cuts) {
    /** One direction. */
    record Cut(NodeId from, NodeId to) {}

    PartitionShape {
        cuts = List.copyOf(cuts);
    }

    /** Draws one over nodes in random order. */
    static PartitionShape draw(List<NodeId> shuffled, boolean oneNodeOnly, SeededRandom source) {
        List<Cut> cuts = new ArrayList<>();
        int size = shuffled.size();
        List<NodeId> first = shuffled.subList(0, 1);
        List<NodeId> others = shuffled.subList(1, size);
        int half = size / 2;
        String name;
        switch (oneNodeOnly ? source.nextInt(2) : source.nextInt(5)) {
            case 0 -> {
                name = "one node cut off";
                apart(cuts, first, others);
            }
            case 1 -> {
                name = "one node cut off in one direction";
                if (source.nextBoolean()) {
                    oneWay(cuts, first, others);
                } else {
                    oneWay(cuts, others, first);
                }
            }
            case 2 -> {
                name = "partition in halves";
                apart(cuts, shuffled.subList(0, half), shuffled.subList(half, size));
            }
            case 3 -> {
                name = "halves with a bridge";
                apart(cuts, shuffled.subList(0, half), shuffled.subList(half + 1, size));
            }
            default -> {
                name = "ring";
                ring(cuts, shuffled);
            }
        }
        return new PartitionShape(name, cuts);
    }

    /** Each hears its two neighbours only. */
    private static void ring(List<Cut> cuts, List<NodeId> ids) {
        for (int i = 0; i < ids.size(); i++) {
            for (int j = i + 2; j < ids.size(); j++) {
                if (i > 0 || j < ids.size() - 1) {
                    apart(cuts, ids.subList(i, i + 1), ids.subList(j, j + 1));
                }
            }
        }
    }

    private static void apart(List<Cut> cuts, List<NodeId> a, List<NodeId> b) {
        oneWay(cuts, a, b);
        oneWay(cuts, b, a);
    }

    private static void oneWay(List<Cut> cuts, List<NodeId> from, List<NodeId> to) {
        for (NodeId sender : from) {
            to.forEach(receiver -> cuts.add(new Cut(sender, receiver)));
        }
    }
}
