package io.sinkron.transport.inmemory.sim.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.lock.LockAnswer.GraphEdge;
import io.sinkron.lock.LockOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WaitCyclesTest {
    @Test
    void noEdgesAreNoCycle() {
        assertEquals(Set.of(), WaitCycles.stuck(List.of()));
    }

    @Test
    void aChainAndADiamondAreNoCycles() {
        assertEquals(Set.of(), stuck("a>b", "b>c", "a>d", "d>c", "a>b"));
    }

    @Test
    void twoThatWaitForEachOtherAreACycle() {
        assertEquals(Set.of(owner("a"), owner("b")), stuck("a>b", "b>a", "b>c"));
    }

    @Test
    void whoWaitsForACycleIsStuckAsWell() {
        assertEquals(Set.of(owner("a"), owner("b"), owner("c"), owner("w")), stuck("a>b", "b>c", "c>a", "w>a", "x>y"));
    }

    private static Set<LockOwner> stuck(String... edges) {
        List<GraphEdge> graph = new ArrayList<>();
        for (String edge : edges) {
            graph.add(new GraphEdge(owner(edge.substring(0, 1)), owner(edge.substring(2)), "lock"));
        }
        return WaitCycles.stuck(graph);
    }

    private static LockOwner owner(String name) {
        return new LockOwner("s", name);
    }
}
