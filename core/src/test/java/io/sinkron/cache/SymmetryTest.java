package io.sinkron.cache;

import static io.sinkron.cache.CacheRequest.Durability.BACKED_UP;
import static io.sinkron.cache.CacheRequest.Durability.WRITE_BACK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.Setup.Stage;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A search that takes states for one which differ in names only visits one of each such set, and every such set. */
class SymmetryTest {
    private static final List<Stage> THREE = List.of(new Stage(0b111, 0));

    /** The states that a search without symmetry finds, and how many of them are left when names don't count. */
    private static int[] without(Setup setup) {
        World world = new World(setup);
        Actions actions = new Actions(world);
        Fingerprints all = new Fingerprints();
        Fingerprints forms = new Fingerprints();
        ArrayDeque<int[]> frontier = new ArrayDeque<>();
        all.add(world.initial());
        forms.add(world.canonical(world.initial()));
        frontier.add(world.initial());
        while (!frontier.isEmpty()) {
            actions.visit(frontier.poll(), (next, action) -> {
                if (all.add(next) < 0) {
                    forms.add(world.canonical(next));
                    frontier.add(next);
                }
            });
        }
        return new int[] {all.size(), forms.size()};
    }

    @Test
    void everyStateIsVisitedUnderOneOfItsNames() {
        Setup setup = Setup.of(THREE, 1, 1, WRITE_BACK).with(World.DUPLICATES, 1);
        int[] sizes = without(setup);
        assertEquals(sizes[1], Search.run(setup, 1_000_000).states());
        assertTrue(sizes[0] > 1.9 * sizes[1], () -> sizes[0] + " states, " + sizes[1] + " but for the names");
    }

    @Test
    void ofFourNodesThreeMayExchangeTheirNames() {
        Setup setup = Setup.of(List.of(new Stage(0b1111, 0)), 1, 1, WRITE_BACK);
        int[] sizes = without(setup);
        assertEquals(sizes[1], Search.run(setup, 1_000_000).states());
        assertTrue(sizes[0] > 4 * sizes[1], () -> sizes[0] + " states, " + sizes[1] + " but for the names");
    }

    @Test
    void whoHoldsTheHomesBackupsIsNoLongerLikeTheOthers() {
        assertEquals(1, renamings(Setup.of(THREE, 1, 1, BACKED_UP)));
        assertEquals(2, renamings(Setup.of(THREE, 1, 1, BACKED_UP).withClients(0b110)));
        assertEquals(2, renamings(Setup.of(THREE, 1, 1, WRITE_BACK)));
        assertEquals(1, renamings(Setup.of(List.of(THREE.get(0), new Stage(0b101, 0)), 1, 1, WRITE_BACK)));
    }

    private static int renamings(Setup setup) {
        return new Symmetry(setup, new World(setup).ids()).size();
    }
}
