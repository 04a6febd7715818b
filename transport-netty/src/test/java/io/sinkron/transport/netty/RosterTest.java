package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is admitted and where it listens, without any socket. */
class RosterTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");

    private final Roster roster = new Roster(Map.of(N1, at(1), N2, at(2)));

    @Test
    void theConfiguredNodesAreAdmittedUntilMembersAreTold() {
        assertEquals(Map.of(N1, at(1), N2, at(2)), roster.addresses());
        assertFalse(roster.admits(N3));
        roster.configure(N3, at(3));
        assertTrue(roster.admits(N3));
        assertEquals(Roster.Change.NONE, roster.become(Map.of()));
        assertTrue(roster.admits(N1) && roster.admits(N2) && roster.admits(N3));
    }

    @Test
    void theLastWordOnAnAddressCounts() {
        assertEquals(
                at(7), roster.become(Map.of(N1, "host:7", N2, "")).connect().get(N1));
        roster.configure(N1, at(8));
        assertEquals(at(8), roster.become(Map.of(N1, "", N2, "")).connect().get(N1));
        assertEquals(
                at(9), roster.become(Map.of(N1, "host:9", N2, "")).connect().get(N1));
        assertEquals(at(9), roster.become(Map.of(N1, "", N2, "")).connect().get(N1));
        assertEquals(at(2), roster.addresses().get(N2));
    }

    @Test
    void aMemberWithoutAnAddressIsAdmittedAndNotConnectedTo() {
        assertEquals(Set.of(N1), roster.become(Map.of(N1, "", N3, "")).connect().keySet());
        assertTrue(roster.admits(N3));
    }

    @Test
    void whoLeavesIsAdmittedUntilItsTimeIsOver() {
        List<Roster.Departure> left = roster.become(Map.of(N1, "")).departures();
        assertEquals(List.of(N2), left.stream().map(Roster.Departure::node).toList());
        assertTrue(roster.admits(N2));
        assertEquals(List.of(), roster.become(Map.of(N1, "")).departures(), "it leaves once");
        assertTrue(roster.expire(left.get(0)));
        assertFalse(roster.admits(N2));
        assertFalse(roster.expire(left.get(0)));
    }

    @Test
    void whoComesBackIsNotHitByTheEndOfItsEarlierDeparture() {
        Roster.Departure first = roster.become(Map.of(N1, "")).departures().get(0);
        roster.become(Map.of(N1, "", N2, ""));
        assertFalse(roster.expire(first));
        Roster.Departure second = roster.become(Map.of(N1, "")).departures().get(0);
        assertFalse(roster.expire(first));
        assertTrue(roster.admits(N2));
        assertTrue(roster.expire(second));
        assertFalse(roster.admits(N2));
    }

    @Test
    void whatWasToldOfALeaverIsForgottenAndWhatWasConfiguredIsNot() {
        roster.become(Map.of(N1, "", N2, "host:20", N3, "host:30"));
        roster.become(Map.of(N1, "")).departures().forEach(roster::expire);
        Roster.Change back = roster.become(Map.of(N1, "", N2, "", N3, ""));
        assertEquals(Map.of(N1, at(1), N2, at(2)), back.connect());
    }

    private static InetSocketAddress at(int port) {
        return InetSocketAddress.createUnresolved("host", port);
    }
}
