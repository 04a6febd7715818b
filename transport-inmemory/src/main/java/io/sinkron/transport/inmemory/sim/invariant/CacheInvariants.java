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
 * The lines of all nodes, looked at together. M1: of the nodes whose lease is valid on their own clock, a line is either writable at one and readable
 * nowhere else, or readable at any number. M3: the readable copies are of one version.
 *
 * <p>What a node may read changes in its own turns only, its lease's running out aside, which can't make two copies disagree. So after a turn the
 * lines of that node are compared with those that the others had after their last turns: that finds whatever comparing all with all would.
 */
public final class CacheInvariants implements WorldObserver {
    private static final int MOST_LINES = 1_000;

    private record Copy(NodeId node, LineInfo line) {}

    private final List<SimulatedNode> nodes;
    private final Map<NodeId, Map<Bytes, LineInfo>> afterLastTurn = new HashMap<>();

    /** @param nodes all nodes of the run; a live view, filled before the first event */
    public CacheInvariants(List<SimulatedNode> nodes) {
        this.nodes = nodes;
    }

    @Override
    public void stopped(NodeId node) {
        afterLastTurn.remove(node);
    }

    @Override
    public void turned(NodeId node, Node machine) {
        List<LineInfo> own = readable(process(node));
        if (own.isEmpty()) {
            afterLastTurn.remove(node);
            return;
        }
        Map<Bytes, LineInfo> byKey = new HashMap<>();
        own.forEach(line -> byKey.put(line.key(), line));
        afterLastTurn.put(node, byKey);
        for (SimulatedNode other : nodes) {
            Map<Bytes, LineInfo> theirs = afterLastTurn.get(other.id());
            if (theirs != null && theirs != byKey && hasLease(other)) {
                for (LineInfo line : own) {
                    LineInfo known = theirs.get(line.key());
                    if (known != null) {
                        compare(new Copy(other.id(), known), new Copy(node, line));
                    }
                }
            }
        }
    }

    private SimulatedNode process(NodeId id) {
        for (SimulatedNode node : nodes) {
            if (node.id().equals(id)) {
                return node;
            }
        }
        throw new IllegalArgumentException("there is no node " + id);
    }

    private static List<LineInfo> readable(SimulatedNode node) {
        return hasLease(node) ? node.machine().orElseThrow().lines().lines(Bytes.EMPTY, MOST_LINES) : List.of();
    }

    private static boolean hasLease(SimulatedNode node) {
        return node.machine()
                .filter(machine -> machine.status().isLeaseValid(node.localNanos()))
                .isPresent();
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
