package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.lock.LockAnswer.GraphEdge;
import io.sinkron.lock.LockOwner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks for a cycle in a wait-for graph the plain way, by taking away owners that wait for nobody until none is left to take (Kahn 1962). It
 * shares no idea with the detector that it checks.
 */
final class WaitCycles {
    private WaitCycles() {}

    /** The owners that are on a cycle, or wait for one that is; empty if the graph has no cycle. */
    static Set<LockOwner> stuck(List<GraphEdge> edges) {
        Map<LockOwner, Set<LockOwner>> waitsFor = new HashMap<>();
        Map<LockOwner, List<LockOwner>> waitedForBy = new HashMap<>();
        for (GraphEdge edge : edges) {
            waitsFor.computeIfAbsent(edge.from(), owner -> new HashSet<>()).add(edge.to());
            waitsFor.computeIfAbsent(edge.to(), owner -> new HashSet<>());
            waitedForBy.computeIfAbsent(edge.to(), owner -> new ArrayList<>()).add(edge.from());
        }
        Deque<LockOwner> free = new ArrayDeque<>();
        waitsFor.forEach((owner, others) -> {
            if (others.isEmpty()) {
                free.add(owner);
            }
        });
        for (LockOwner owner = free.poll(); owner != null; owner = free.poll()) {
            waitsFor.remove(owner);
            for (LockOwner waiter : waitedForBy.getOrDefault(owner, List.of())) {
                Set<LockOwner> others = waitsFor.get(waiter);
                if (others != null && others.remove(owner) && others.isEmpty()) {
                    free.add(waiter);
                }
            }
        }
        return waitsFor.keySet();
    }
}
