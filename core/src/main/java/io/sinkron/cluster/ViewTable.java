package io.sinkron.cluster;

import io.sinkron.cluster.ClusterCommand.ActivateView;
import io.sinkron.cluster.ClusterCommand.PrepareView;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The replicated view: the current one, which may still be in preparation, and the one that is active. Every node applies the same commands
 * in the same order and so has the same views. A command that doesn't fit (another epoch, no members, a member named twice) has no effect.
 * A member that comes with an older incarnation than the table has seen of that node is left out: it is a message from the past.
 *
 * <p>Pure and single-threaded; the views handed out are immutable.
 */
public final class ViewTable {
    private final TreeMap<NodeId, Long> incarnations = new TreeMap<>();
    private View current = View.EMPTY;
    private View active = View.EMPTY;

    /** A table before the first view. */
    public ViewTable() {}

    /** A table as it was when the snapshot was taken. */
    public static ViewTable restore(Snapshot snapshot) {
        ViewTable table = new ViewTable();
        table.current = snapshot.current();
        table.active = snapshot.active();
        for (Known known : snapshot.known()) {
            table.incarnations.put(known.node(), known.incarnation());
        }
        return table;
    }

    /** The newest view, active or still to be installed by its members. */
    public View current() {
        return current;
    }

    /** The newest view that all of its members have installed; the one to act by. */
    public View active() {
        return active;
    }

    /** Whether the current view is the active one. */
    public boolean isActive() {
        return current.epoch() == active.epoch();
    }

    /** Applies a command; true if it had an effect. */
    public boolean apply(ClusterCommand command) {
        if (command instanceof PrepareView prepare) {
            return prepare(prepare);
        }
        return activate((ActivateView) command);
    }

    /** All of the table, exact and independent of it from now on. */
    public Snapshot snapshot() {
        List<Known> known = new ArrayList<>(incarnations.size());
        for (Map.Entry<NodeId, Long> entry : incarnations.entrySet()) {
            known.add(new Known(entry.getKey(), entry.getValue()));
        }
        return new Snapshot(current, active, known);
    }

    private boolean prepare(PrepareView prepare) {
        if (prepare.expectedEpoch() != current.epoch()) {
            return false;
        }
        TreeMap<NodeId, Member> next = new TreeMap<>();
        for (Member member : prepare.members()) {
            if (next.containsKey(member.id())) {
                return false;
            }
            if (member.incarnation() >= incarnations.getOrDefault(member.id(), Long.MIN_VALUE)) {
                next.put(member.id(), member);
            }
        }
        if (next.isEmpty()) {
            return false;
        }
        for (Member member : next.values()) {
            incarnations.put(member.id(), member.incarnation());
        }
        current = new View(current.epoch() + 1, List.copyOf(next.values()));
        return true;
    }

    private boolean activate(ActivateView activate) {
        if (activate.epoch() != current.epoch() || isActive()) {
            return false;
        }
        active = current;
        return true;
    }

    /**
     * The table as a value.
     *
     * @param current the newest view
     * @param active the newest active view
     * @param known the highest incarnation of every node that was ever in a view, in order of the nodes
     */
    public record Snapshot(View current, View active, List<Known> known) {
        /** Rejects missing parts and takes an immutable copy. */
        public Snapshot {
            Objects.requireNonNull(current, "current");
            Objects.requireNonNull(active, "active");
            known = List.copyOf(known);
        }
    }

    /** The highest incarnation that a view ever had of a node. */
    public record Known(NodeId node, long incarnation) {}
}
