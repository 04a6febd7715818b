package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.spi.contract.Note;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Who is spoken to and heard once the group has told its members. */
class MembersTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");
    private static final InetSocketAddress NOWHERE = new InetSocketAddress("127.0.0.1", 1);

    @Test
    void aMemberIsConnectedToAtTheAddressThatTheGroupTells() throws Exception {
        try (Node one = Node.start("n1", brief());
                Node two = Node.start("n2", brief())) {
            Map<NodeId, String> members = Map.of(N1, text(one), N2, text(two));
            one.transport.peers(members);
            two.transport.peers(members);
            one.untilItReaches(two);
            two.untilItReaches(one);
            assertEquals(0, one.transport.stats().unreadableAddresses());
        }
    }

    @Test
    void anotherAddressOfAMemberIsConnectedTo() throws Exception {
        try (RawServer old = new RawServer();
                RawServer moved = new RawServer();
                Node one = Node.start("n1", brief())) {
            one.transport.peers(Map.of(N1, "", N2, text(old.address())));
            RawServer.Incoming before = old.accept(RawPeer.CONTROL);
            before.welcome("n2", "n1");
            Node.await("it is up", () -> one.transport.stats().connectedOut() == 1);
            one.transport.peers(Map.of(N1, "", N2, text(moved.address())));
            assertTrue(before.isClosed());
            moved.accept(RawPeer.CONTROL).welcome("n2", "n1");
            Node.await("it is up again", () -> one.transport.stats().connectedOut() == 1);
        }
    }

    @Test
    void theSameMembersAgainLeaveConnectionsAlone() throws Exception {
        try (RawServer peer = new RawServer();
                Node one = Node.start("n1", brief())) {
            for (int i = 0; i < 3; i++) {
                one.transport.peers(Map.of(N1, "", N2, text(peer.address())));
            }
            RawServer.Incoming data = peer.accept(RawPeer.DATA);
            data.welcome("n2", "n1");
            peer.accept(RawPeer.CONTROL).welcome("n2", "n1");
            Node.await("both are up", () -> one.transport.stats().connectedOut() == 2);
            one.transport.peers(Map.of(N1, "", N2, text(peer.address()), N3, ""));
            one.transport.send(N2, Note.of(1, 1));
            one.transport.flush();
            assertEquals(Note.of(1, 1), data.note());
            assertEquals(2, peer.accepted());
        }
    }

    @Test
    void anAddressThatIsEmptyOrUnreadableKeepsTheOneKnownAndTheOtherMembersTheirs() throws Exception {
        try (Node one = Node.start("n1", brief());
                Node two = Node.start("n2", brief());
                Node three = Node.start("n3", brief())) {
            Node.join(one, two);
            three.transport.connect(N1, one.transport.localAddress());
            String[] unreadable = {"nonsense", "host:99999", "::1:7400", "[::1:7", "http://x/"};
            for (int i = 0; i < unreadable.length; i++) {
                one.transport.peers(Map.of(N1, "", N2, unreadable[i], N3, text(three)));
                assertEquals(i + 1, one.transport.stats().unreadableAddresses(), unreadable[i]);
                one.untilItReaches(two);
                one.untilItReaches(three);
            }
            one.transport.peers(Map.of(N1, "", N2, "", N3, ""));
            assertEquals(unreadable.length, one.transport.stats().unreadableAddresses());
            one.untilItReaches(two);
            one.untilItReaches(three);
        }
    }

    @Test
    void addressesOfVersion6StandInBrackets() throws Exception {
        Assumptions.assumeTrue(hasLoopbackOfVersion6(), "this machine has no IPv6");
        NettyTransportOptions options =
                NettyTransportOptions.of("::1", 0, Map.of()).withDepartureGrace(0);
        try (Node one = Node.start("n1", options);
                Node two = Node.start("n2", options)) {
            String second = "[::1]:" + two.transport.localAddress().getPort();
            String first = "[::1]:" + one.transport.localAddress().getPort();
            one.transport.peers(Map.of(N1, first, N2, second));
            two.transport.peers(Map.of(N1, first, N2, second));
            one.untilItReaches(two);
            two.untilItReaches(one);
        }
    }

    @Test
    void whoIsNoMemberIsCutOffAndRefusedFromThenOn() throws Exception {
        try (Node one = Node.start("n1", brief())) {
            InetSocketAddress address = one.transport.localAddress();
            one.transport.connect(N2, NOWHERE);
            one.transport.connect(N3, NOWHERE);
            try (RawPeer two = RawPeer.admitted(address, "n2", 1, "n1");
                    RawPeer three = RawPeer.admitted(address, "n3", 1, "n1");
                    RawPeer threeControl = RawPeer.admitted(address, "n3", 1, "n1", RawPeer.CONTROL)) {
                one.transport.peers(Map.of(N1, "", N2, ""));
                assertTrue(three.isClosed() && threeControl.isClosed());
                two.send(RawPeer.message(Note.of(1, 1)));
                assertEquals(Note.of(1, 1), one.next());
            }
            try (RawPeer three = new RawPeer(address)) {
                three.send(RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")));
                String reason = three.refusal();
                assertTrue(reason.contains("knows no other node n3"), reason);
            }
            one.transport.connect(N3, NOWHERE);
            try (RawPeer three = new RawPeer(address)) {
                three.send(RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")));
                assertTrue(three.refusal().contains("knows no other node n3"), "connect makes nobody a member");
            }
        }
    }

    @Test
    void whoHasJustLeftIsStillSpokenToAndHeard() throws Exception {
        try (RawServer leaver = new RawServer();
                Node one = Node.start("n1", Node.options().withDepartureGrace(60_000))) {
            one.transport.peers(Map.of(N1, "", N2, text(leaver.address()), N3, ""));
            RawServer.Incoming data = leaver.accept(RawPeer.DATA);
            data.welcome("n2", "n1");
            Node.await("it is up", () -> one.transport.stats().connectedOut() == 1);
            try (RawPeer back = RawPeer.admitted(one.transport.localAddress(), "n2", 1, "n1")) {
                one.transport.peers(Map.of(N1, "", N3, ""));
                one.transport.send(N2, Note.of(1, 1));
                one.transport.flush();
                assertEquals(Note.of(1, 1), data.note(), "the news that it has left");
                back.send(RawPeer.message(Note.of(2, 2)));
                assertEquals(Note.of(2, 2), one.next(), "its acknowledgement");
            }
        }
    }

    @Test
    void afterTheGraceBothDirectionsAreClosed() throws Exception {
        try (RawServer leaver = new RawServer();
                Node one = Node.start("n1", brief())) {
            one.transport.peers(Map.of(N1, "", N2, text(leaver.address())));
            RawServer.Incoming data = leaver.accept(RawPeer.DATA);
            data.welcome("n2", "n1");
            Node.await("it is up", () -> one.transport.stats().connectedOut() == 1);
            try (RawPeer back = RawPeer.admitted(one.transport.localAddress(), "n2", 1, "n1")) {
                one.transport.peers(Map.of(N1, ""));
                assertTrue(data.isClosed());
                assertTrue(back.isClosed());
            }
            Node.await("they are counted as gone", () -> one.transport.stats().connectedOut() == 0);
            long dropped = one.transport.stats().dropped();
            one.transport.send(N2, Note.of(3, 3));
            assertEquals(dropped + 1, one.transport.stats().dropped());
        }
    }

    @Test
    void whoComesBackWithinTheGraceKeepsItsConnections() throws Exception {
        try (Node one = Node.start("n1", Node.options().withDepartureGrace(2_000))) {
            InetSocketAddress address = one.transport.localAddress();
            one.transport.peers(Map.of(N1, "", N2, "", N3, ""));
            try (RawPeer two = RawPeer.admitted(address, "n2", 1, "n1");
                    RawPeer three = RawPeer.admitted(address, "n3", 1, "n1")) {
                one.transport.peers(Map.of(N1, ""));
                one.transport.peers(Map.of(N1, "", N2, ""));
                assertTrue(three.isClosed(), "the grace is over");
                two.send(RawPeer.message(Note.of(1, 1)));
                assertEquals(Note.of(1, 1), one.next());
            }
        }
    }

    @Test
    void beforeThereAreMembersTheConfiguredNodesAreAdmitted() throws Exception {
        NettyTransportOptions options = NettyTransportOptions.of("127.0.0.1", 0, Map.of(N2, NOWHERE));
        try (Node joining = Node.start("n1", options)) {
            joining.transport.peers(Map.of());
            InetSocketAddress address = joining.transport.localAddress();
            try (RawPeer seed = RawPeer.admitted(address, "n2", 1, "n1");
                    RawPeer stranger = new RawPeer(address)) {
                stranger.send(RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")));
                assertTrue(stranger.refusal().contains("knows no other node n3"));
                joining.transport.peers(Map.of(N1, "", N2, "", N3, ""));
                seed.send(RawPeer.message(Note.of(1, 1)));
                assertEquals(Note.of(1, 1), joining.next());
            }
            RawPeer.admitted(address, "n3", 1, "n1").close();
        }
    }

    @Test
    void theCallerWaitsForNoNameServer() throws Exception {
        try (Node one = Node.start("n1", brief())) {
            assertTimeout(Duration.ofSeconds(1), () -> {
                for (int i = 0; i < 100; i++) {
                    one.transport.peers(Map.of(N1, "", NodeId.of("m" + i), "no-such-host-" + i + ".invalid:7400"));
                }
            });
        }
    }

    private static NettyTransportOptions brief() {
        return Node.options().withDepartureGrace(50);
    }

    private static String text(Node node) {
        return text(node.transport.localAddress());
    }

    private static String text(InetSocketAddress address) {
        return "127.0.0.1:" + address.getPort();
    }

    private static boolean hasLoopbackOfVersion6() {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName("::1"), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
