package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.contract.Note;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is urgent doesn't wait for what is large; over real sockets. */
@Timeout(60)
class LaneTest {
    private static final int MIB = 1 << 20;
    private static final NodeId N2 = NodeId.of("n2");

    @Test
    void controlMessagesArriveInTimeWhileThePeerReadsNeitherDataNorBulk() throws Exception {
        NettyTransportOptions options = Node.options().withBounds(MIB, new OutboundBytes(MIB, 2 * MIB, 3 * MIB));
        try (RawServer peer = new RawServer();
                Node one = Node.start("n1", options)) {
            one.transport.connect(N2, peer.address());
            RawServer.Incoming control = peer.accept(RawPeer.CONTROL);
            control.welcome("n2", "n1");
            peer.accept(RawPeer.DATA).welcome("n2", "n1");
            Node.await("data is open", () -> lane(one, Lane.DATA).connectedOut() == 1);
            sendTaken(one, Lane.BULK, 0, 10);
            peer.accept(RawPeer.BULK).welcome("n2", "n1");
            Node.await("bulk is open", () -> lane(one, Lane.BULK).connectedOut() == 1);
            for (int i = 0; i < 100; i++) {
                send(one, Lane.DATA, i, 100_000);
                send(one, Lane.BULK, i, 100_000);
            }
            assertTrue(lane(one, Lane.DATA).dropped() > 0, "data is full");
            assertTrue(lane(one, Lane.BULK).dropped() > 0, "bulk is full");
            assertTrue(one.allocator.metric().usedDirectMemory() < 6 * MIB, "and bounded");

            long slowest = 0;
            for (int i = 0; i < 300; i++) {
                long start = System.nanoTime();
                send(one, Lane.CONTROL, i, 100);
                assertEquals(Note.of(Lane.CONTROL, i, 100), control.note());
                slowest = Math.max(slowest, System.nanoTime() - start);
                send(one, Lane.DATA, i, 50_000);
                send(one, Lane.BULK, i, 50_000);
            }
            assertTrue(slowest < TimeUnit.SECONDS.toNanos(1), "the slowest took " + slowest + " ns");
            assertEquals(0, lane(one, Lane.CONTROL).dropped());
            assertEquals(300, lane(one, Lane.CONTROL).sent());
        }
    }

    @Test
    void aDeadLaneIsOpenedAnewWhileTheOthersGoOn() throws Exception {
        NettyTransportOptions options = Node.options().withKeepAlive(50, 1_000);
        try (RawServer peer = new RawServer();
                Node one = Node.start("n1", options)) {
            one.transport.connect(N2, peer.address());
            RawServer.Incoming control = peer.accept(RawPeer.CONTROL);
            control.welcome("n2", "n1");
            peer.accept(RawPeer.DATA).welcome("n2", "n1");
            Node.await("data is open", () -> lane(one, Lane.DATA).connectedOut() == 1);
            for (int i = 0; lane(one, Lane.DATA).connectedOut() == 1; i++) {
                send(one, Lane.CONTROL, i, 10);
                assertEquals(Note.of(Lane.CONTROL, i, 10), control.note(), "it answers for signs of life meanwhile");
            }
            RawServer.Incoming again = peer.accept(RawPeer.DATA);
            again.welcome("n2", "n1");
            Node.await("data is open again", () -> lane(one, Lane.DATA).connectedOut() == 1);
            send(one, Lane.DATA, 7, 10);
            assertEquals(Note.of(Lane.DATA, 7, 10), again.note());
            send(one, Lane.CONTROL, 8, 10);
            assertEquals(Note.of(Lane.CONTROL, 8, 10), control.note());
            assertEquals(3, peer.accepted(), "the connection for control messages is the first one");
        }
    }

    @Test
    void theBulkLaneIsOpenedByAMessageThatThenArrivesAndAgainAfterItBroke() throws Exception {
        try (RawServer peer = new RawServer();
                Node one = Node.start("n1")) {
            one.transport.connect(N2, peer.address());
            peer.accept(RawPeer.CONTROL).welcome("n2", "n1");
            peer.accept(RawPeer.DATA).welcome("n2", "n1");
            Node.await("two are open", () -> one.transport.stats().connectedOut() == 2);
            assertEquals(2, peer.accepted());
            for (int round = 0; round < 2; round++) {
                sendTaken(one, Lane.BULK, 1, 200_000);
                RawServer.Incoming bulk = peer.accept(RawPeer.BULK);
                bulk.welcome("n2", "n1");
                assertEquals(Note.of(Lane.BULK, 1, 200_000), bulk.note());
                bulk.socket.close();
                Node.await("it is noticed", () -> lane(one, Lane.BULK).connectedOut() == 0);
            }
        }
    }

    @Test
    void messagesAreCountedInTheirLanes() throws Exception {
        try (Node one = Node.start("n1");
                Node other = Node.start("n2")) {
            Node.join(one, other);
            long dataBefore = lane(other, Lane.DATA).received();
            int[] each = {11, 7, 3};
            for (Lane lane : Lane.values()) {
                for (int i = 0; i < each[lane.ordinal()]; i++) {
                    Node.await(
                            "there is a connection",
                            () -> lane == Lane.BULK || lane(one, lane).connectedOut() == 1);
                    sendTaken(one, lane, i, 10);
                    other.next();
                }
            }
            assertEquals(11, lane(other, Lane.CONTROL).received());
            assertEquals(7, lane(other, Lane.DATA).received() - dataBefore);
            assertEquals(3, lane(other, Lane.BULK).received());
            assertEquals(3, lane(one, Lane.BULK).sent());
            assertEquals(1, lane(other, Lane.BULK).connectedIn());
            assertEquals(3, other.transport.stats().connectedIn());
        }
    }

    /**
     * Who relies on the transport to tell what it did not send must be able to: each message is sent or counted as dropped, whatever the
     * peer does, and whatever is full.
     */
    @Test
    void everyMessageIsSentOrCountedAsDropped() throws Exception {
        NettyTransportOptions options = Node.options().withBounds(MIB, OutboundBytes.each(MIB));
        try (Node one = Node.start("n1", options)) {
            long given = 0;
            one.transport.connect(N2, new InetSocketAddress("127.0.0.1", 1));
            for (int start = 1; start <= 4; start++) {
                try (Node other = Node.start("n2", start, options)) {
                    other.transport.connect(one.id, one.transport.localAddress());
                    one.transport.connect(N2, other.transport.localAddress());
                    for (int i = 0; i < 300; i++) {
                        Lane lane = Lane.values()[i % 3];
                        one.transport.send(N2, Note.of(lane, i, i % 50 == 0 ? 2 * MIB : 20_000));
                        one.transport.send(NodeId.of("n9"), Note.of(lane, i, 10));
                        given += 2;
                        if (i % 10 == 0) {
                            one.transport.flush();
                        }
                        if (i == 200) {
                            Node.await("it is up", () -> lane(one, Lane.DATA).connectedOut() == 1);
                        }
                    }
                    one.transport.flush();
                }
                Node.await("it is gone", () -> one.transport.stats().connectedOut() == 0);
            }
            long all = given;
            Node.await("all are accounted for", () -> {
                TransportStats stats = one.transport.stats();
                return stats.sent() + stats.dropped() == all;
            });
            assertTrue(one.transport.stats().sent() > 0 && one.transport.stats().dropped() > given / 2);
        }
    }

    @Test
    void whatWaitsForAConnectionThatComesToNothingIsCountedAsDropped() throws Exception {
        try (RawServer peer = new RawServer();
                Node one = Node.start("n1")) {
            one.transport.connect(N2, peer.address());
            RawServer.Incoming data = peer.accept(RawPeer.DATA);
            for (int i = 0; i < 7; i++) {
                send(one, Lane.DATA, i, 1_000);
            }
            assertEquals(0, lane(one, Lane.DATA).dropped(), "an attempt is under way");
            data.socket.close();
            Node.await("they are counted", () -> lane(one, Lane.DATA).dropped() == 7);
            assertEquals(0, lane(one, Lane.DATA).sent());
        }
    }

    private static LaneStats lane(Node node, Lane lane) {
        return node.transport.stats().lane(lane);
    }

    /** Sends until it is taken: the lane's own loop may not have heard yet that there is such a peer. */
    private static void sendTaken(Node node, Lane lane, long number, int size) throws InterruptedException {
        Node.await("a message is taken", () -> {
            long dropped = lane(node, lane).dropped();
            send(node, lane, number, size);
            return lane(node, lane).dropped() == dropped;
        });
    }

    private static void send(Node node, Lane lane, long number, int size) {
        node.transport.send(N2, Note.of(lane, number, size));
        node.transport.flush();
    }
}
