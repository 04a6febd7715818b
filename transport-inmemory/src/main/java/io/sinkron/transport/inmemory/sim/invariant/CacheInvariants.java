package io.sinkron.transport.inmemory.sim.invariant;

import io.sinkron.cache.LineInfo;
import io.sinkron.cache.LineState;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.node.Node;
import io.sinkron.transport.inmemory.sim.world.SimulatedNode;
import io.sinkron.transport.inmemory.sim.world.Violation;
import io.sinkron.transport.inmemory.sim.world.WorldObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The lines of all nodes, looked at together after each turn. M1: of the nodes whose lease is valid on their own clock, a line is either writable
 * at one and readable nowhere else, or readable at any number. M3: the readable copies are of one version.
 */
public final class CacheInvariants implements WorldObserver {
    private static final int MOST_LINES = 1_000;

    private record Copy(NodeId node, LineInfo line) {}

    private final List<SimulatedNode> nodes;

    /** @param nodes all nodes of the run; a live view, filled before the first event */
    public CacheInvariants(List<SimulatedNode> nodes) {
        this.nodes = nodes;
    }

    @Override
    public void turned(NodeId node, Node machine) {
        Map<Bytes, Copy> first = new HashMap<>();
        for (SimulatedNode other : nodes) {
            for (LineInfo line : readable(other)) {
                Copy copy = new Copy(other.id(), line);
                Copy known = first.putIfAbsent(line.key(), copy);
                if (known != null) {
                    compare(known, copy);
                }
            }
        }
    }

    private static List<LineInfo> readable(SimulatedNode node) {
        boolean valid = node.machine()
                .filter(machine -> machine.status().isLeaseValid(node.localNanos()))
                .isPresent();
        return valid ? node.machine().get().lines().lines(Bytes.EMPTY, MOST_LINES) : List.of();
    }

    private static void compare(Copy a, Copy b) {
        boolean shared = a.line.state() == LineState.S && b.line.state() == LineState.S;
        if (!shared) {
            throw new Violation(
                    "M1 a single writer or many readers", a.line.key().asUtf8() + " is " + a + " and " + b);
        }
        if (a.line.version() != b.line.version()) {
            throw new Violation("M3 readable copies are equal", a.line.key().asUtf8() + " is " + a + " and " + b);
        }
    }

    /** Lines that are neither settled nor saved: to be empty once the cluster has been left alone. */
    public List<String> unsettled() {
        List<String> found = new ArrayList<>();
        for (SimulatedNode node : nodes) {
            for (LineInfo line : readable(node)) {
                if (line.dirty()) {
                    found.add(node.id() + " " + line);
                }
            }
        }
        return found;
    }
}
