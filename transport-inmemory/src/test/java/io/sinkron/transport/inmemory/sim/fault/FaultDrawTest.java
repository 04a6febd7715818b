package io.sinkron.transport.inmemory.sim.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which faults a seed decides. */
class FaultDrawTest {
    private static final long SECOND = 1_000_000_000;
    private static final long DURATION = 120 * SECOND;

    @Test
    void allKindsThatAreOnAreDrawnInOrder() {
        List<PlannedFault> drawn = draw(7, 5, everything(false));
        Set<FaultKind> kinds = new TreeSet<>();
        long last = 0;
        for (PlannedFault fault : drawn) {
            assertTrue(fault.atMillis() >= last && fault.atMillis() * 1_000_000 < DURATION, fault.toString());
            assertTrue(fault.node() >= 0 && fault.node() <= 5, fault.toString());
            last = fault.atMillis();
            kinds.add(fault.kind());
        }
        assertEquals(Set.of(FaultKind.values()), kinds);
    }

    @Test
    void oneKindLessLeavesTheOthersAsTheyAre() {
        Faults all = everything(false);
        Map<FaultKind, Long> fewer = new EnumMap<>(all.meanNanos());
        fewer.remove(FaultKind.CRASH);
        List<PlannedFault> others = draw(7, 5, all).stream()
                .filter(fault -> fault.kind() != FaultKind.CRASH)
                .toList();
        assertEquals(others, draw(7, 5, faults(fewer, false)));
    }

    @Test
    void onlyAMinorityOfTheDisksIsEverDamagedOrLost() {
        for (int nodes = 3; nodes <= 7; nodes++) {
            for (long seed = 0; seed < 50; seed++) {
                Set<Integer> touched = new TreeSet<>();
                for (PlannedFault fault : draw(seed, nodes, everything(false))) {
                    if (fault.kind() == FaultKind.DAMAGE || fault.kind() == FaultKind.WIPE) {
                        touched.add(fault.node());
                    }
                }
                assertTrue(touched.size() * 2 < nodes, touched + " of " + nodes);
            }
        }
    }

    @Test
    void twoNodesHaveNoMinorityToDamage() {
        assertFalse(draw(7, 2, everything(false)).stream().anyMatch(fault -> fault.kind() == FaultKind.DAMAGE));
    }

    @Test
    void oneNodeAtATimeLeavesEachTheTimeToComeBack() {
        for (long seed = 0; seed < 50; seed++) {
            long quietFrom = 0;
            for (PlannedFault fault : draw(seed, 5, everything(true))) {
                if (fault.kind().takesANode()) {
                    assertTrue(fault.atMillis() >= quietFrom, fault + " begins before " + quietFrom);
                    quietFrom = fault.atMillis() + fault.lastsMillis() + FaultDraw.RECOVERY_MILLIS;
                }
            }
        }
    }

    @Test
    void aListOfFaultsIsReadAsItIsWritten() {
        List<PlannedFault> drawn = draw(3, 5, everything(false));
        assertEquals(drawn, PlannedFault.parseAll(PlannedFault.format(drawn)));
        assertEquals(List.of(), PlannedFault.parseAll(""));
    }

    private static List<PlannedFault> draw(long seed, int nodes, Faults faults) {
        return new FaultDraw(nodes, new SeededRandom(seed)).draw(faults, DURATION);
    }

    private static Faults everything(boolean oneAtATime) {
        Map<FaultKind, Long> means = new EnumMap<>(FaultKind.class);
        for (FaultKind kind : FaultKind.values()) {
            means.put(kind, 4 * SECOND);
        }
        return faults(means, oneAtATime);
    }

    private static Faults faults(Map<FaultKind, Long> means, boolean oneAtATime) {
        return new Faults(
                LinkQuality.PERFECT, DiskQuality.PERFECT, NodeQuality.PERFECT, StoreQuality.PERFECT, means, oneAtATime);
    }
}
