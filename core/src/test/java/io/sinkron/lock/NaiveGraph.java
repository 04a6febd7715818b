package io.sinkron.lock;

import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.GraphEdge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The wait-for graph by its definition, computed from plain lists each time, and an exhaustive search for cycles in it. Slow and simple: what
 * the detector is measured by.
 */
final class NaiveGraph {
    /** Somebody who holds. */
    record H(LockOwner owner, LockMode mode) {}

    /** Somebody who waits; an upgrade belongs to a shared holder. */
    record W(LockOwner owner, LockMode mode, boolean upgrade) {}

    /** An edge and why. */
    record Edge(LockOwner from, String lock, LockMode mode, LockOwner to, LockMode toMode) {}

    final List<Edge> edges = new ArrayList<>();
    private final Map<LockOwner, Set<LockOwner>> successors = new HashMap<>();

    /** Adds a lock: its holders, and its waiters in order with upgrades first. */
    void add(String lock, List<H> holders, List<W> line) {
        for (int at = 0; at < line.size(); at++) {
            addEdges(lock, holders, line, at);
        }
    }

    private void addEdges(String lock, List<H> holders, List<W> line, int at) {
        W waiter = line.get(at);
        for (H holder : holders) {
            if (!holder.owner().equals(waiter.owner()) && !holder.mode().isCompatibleWith(waiter.mode())) {
                add(new Edge(waiter.owner(), lock, waiter.mode(), holder.owner(), holder.mode()));
            }
        }
        if (waiter.upgrade()) {
            return;
        }
        int ahead = at - 1;
        while (ahead >= 0 && line.get(ahead).mode().isCompatibleWith(waiter.mode())) {
            ahead--;
        }
        if (ahead >= 0) {
            LockMode group = line.get(ahead).mode();
            do {
                add(new Edge(
                        waiter.owner(), lock, waiter.mode(), line.get(ahead).owner(), group));
                ahead--;
            } while (group == LockMode.SHARED && ahead >= 0 && line.get(ahead).mode() == LockMode.SHARED);
        }
    }

    private void add(Edge edge) {
        edges.add(edge);
        successors.computeIfAbsent(edge.from(), owner -> new LinkedHashSet<>()).add(edge.to());
    }

    /** The edges as people see them. */
    Set<GraphEdge> shown() {
        Set<GraphEdge> shown = new LinkedHashSet<>();
        for (Edge edge : edges) {
            shown.add(new GraphEdge(edge.from(), edge.to(), edge.lock()));
        }
        return shown;
    }

    /** Whether a path leads from one owner to another, along at least one edge. */
    boolean leads(LockOwner from, LockOwner to) {
        return leads(from, to, new HashSet<>());
    }

    private boolean leads(LockOwner from, LockOwner to, Set<LockOwner> seen) {
        for (LockOwner next : successors.getOrDefault(from, Set.of())) {
            if (next.equals(to) || seen.add(next) && leads(next, to, seen)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a path that begins with an edge of this waiter for this lock leads back to it. */
    boolean closesCycle(LockOwner waiter, String lock) {
        return edges.stream()
                .filter(edge -> edge.from().equals(waiter) && edge.lock().equals(lock))
                .anyMatch(edge -> edge.to().equals(waiter) || leads(edge.to(), waiter));
    }

    /** Takes those away who wait for nobody until none is left, or only those on cycles or behind them. */
    boolean hasCycle() {
        Map<LockOwner, Set<LockOwner>> left = new HashMap<>();
        successors.forEach((owner, next) -> left.put(owner, new HashSet<>(next)));
        boolean found = true;
        while (found) {
            left.values().forEach(next -> next.retainAll(left.keySet()));
            found = left.values().removeIf(Set::isEmpty);
        }
        return !left.isEmpty();
    }

    /** What is wrong with a reported cycle, or null: it must lead along true edges from its first owner back to it, each owner at most once. */
    String flaw(List<CycleStep> cycle, LockOwner requester) {
        Set<LockOwner> owners = new HashSet<>();
        for (int i = 0; i < cycle.size(); i++) {
            CycleStep step = cycle.get(i);
            Edge edge = new Edge(step.owner(), step.waitsFor(), step.mode(), step.heldBy(), step.heldMode());
            if (!edges.contains(edge)) {
                return "no such edge: " + step;
            }
            if (!owners.add(step.owner())) {
                return step.owner() + " occurs twice";
            }
            if (!step.heldBy().equals(cycle.get((i + 1) % cycle.size()).owner())) {
                return "step " + i + " doesn't lead to the next";
            }
        }
        return cycle.isEmpty() || !cycle.get(0).owner().equals(requester) ? "doesn't begin with the requester" : null;
    }
}
