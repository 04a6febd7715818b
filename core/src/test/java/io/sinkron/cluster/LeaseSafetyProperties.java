package io.sinkron.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * No node is excluded from a view, be it prepared or active, while its own clock says that its lease is valid; and no node holds a lease
 * while it acts by a view older than the active one. The rules themselves are checked by {@link LeaseWorld} after every millisecond.
 */
class LeaseSafetyProperties {
    @Property(tries = 120)
    void aLeaseOutlivesNoExclusion(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int nodes) {
        new LeaseWorld(seed, nodes, 1).run(6000);
    }

    @Property(tries = 120)
    void norInHalfTheTrouble(@ForAll long seed) {
        new LeaseWorld(seed, 3, 0.4).run(6000);
    }

    @Example
    void theTroubledWorldIsNotAnEmptyOne() {
        int exclusions = 0;
        int activations = 0;
        int removals = 0;
        int leaseSteps = 0;
        for (int seed = 0; seed < 10; seed++) {
            LeaseWorld world = new LeaseWorld(seed, 4, 1);
            world.run(6000);
            exclusions += world.exclusions;
            activations += world.activations;
            removals += world.removals;
            leaseSteps += world.leaseSteps;
        }
        assertTrue(exclusions > 200, "exclusions: " + exclusions);
        assertTrue(activations > 200, "activations: " + activations);
        assertTrue(removals > 20, "removals: " + removals);
        assertTrue(leaseSteps > 10 * 4 * 6000 / 5, "steps with a lease: " + leaseSteps);
    }

    @Example
    void inACalmWorldNothingChangesAfterTheFirstView() {
        LeaseWorld world = new LeaseWorld(1, 5, 0);
        world.run(300);
        assertEquals(1, world.active().epoch());
        assertEquals(5, world.active().members().size());
        int before = world.leaseSteps;
        world.run(3000);
        assertEquals(1, world.current().epoch());
        assertEquals(5 * 3000, world.leaseSteps - before, "every lease is valid all the time");
    }

    @Example
    void aDeadMemberIsOutAfterOneLease() {
        LeaseWorld world = new LeaseWorld(2, 3, 0);
        world.run(500);
        world.kill(2);
        world.run(110 + 30);
        assertEquals(2, world.active().members().size());
    }

    @Example
    void aDeadLeaderIsOutOneLeaseAfterItsSuccessorCame() {
        LeaseWorld world = new LeaseWorld(3, 3, 0);
        world.run(500);
        world.kill(0);
        world.run(90);
        world.electLeader(1);
        world.run(110 + 30);
        assertEquals(2, world.active().members().size());
    }
}
