package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import io.sinkron.spi.contract.Note;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What this transport promises beyond the contract. */
class NettyTransportTest {
    private static final int MIB = 1 << 20;

    @Test
    void whatWaitsForAPeerThatDoesNotReadIsBounded() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        NettyTransport reader = new NettyTransport(Node.options());
        try (Node writer = Node.start("n1", Node.options().withBounds(MIB, OutboundBytes.each(4 * MIB)))) {
            reader.start(context("n2", (from, incarnation, message) -> {
                entered.countDown();
                awaitQuietly(stuck);
            }));
            reader.connect(writer.id, writer.transport.localAddress());
            writer.transport.connect(NodeId.of("n2"), reader.localAddress());
            while (!entered.await(20, TimeUnit.MILLISECONDS)) {
                writer.transport.send(NodeId.of("n2"), Note.of(0, 10));
                writer.transport.flush();
            }
            for (int i = 0; i < 300; i++) {
                writer.transport.send(NodeId.of("n2"), Note.of(i, 100_000));
                writer.transport.flush();
                long used = writer.allocator.metric().usedDirectMemory();
                assertTrue(used < 3 * MIB, "direct memory in use: " + used);
            }
            assertTrue(
                    writer.transport.stats().dropped() > 100,
                    writer.transport.stats().toString());
        } finally {
            stuck.countDown();
            reader.close();
        }
    }

    @Test
    void theRoomComesBackWithWhatIsWritten() throws Exception {
        NettyTransportOptions options = Node.options().withBounds(MIB, OutboundBytes.each(2 * MIB));
        try (Node one = Node.start("n1", options);
                Node other = Node.start("n2", options)) {
            Node.join(one, other);
            long dropped = one.transport.stats().dropped();
            for (int i = 0; i < 100; i++) {
                one.send(other, Note.of(i, 100_000));
                assertEquals(i, other.next().number());
            }
            assertEquals(dropped, one.transport.stats().dropped());
        }
    }

    @Test
    void theRoomComesBackWhenTheConnectionBreaks() throws Exception {
        try (Node one = Node.start("n1", Node.options().withBounds(MIB, OutboundBytes.each(2 * MIB)))) {
            for (int start = 1; start <= 4; start++) {
                try (Node other = Node.start("n2", start, Node.options())) {
                    Node.join(one, other);
                    for (int i = 0; i < 15; i++) {
                        one.send(other, Note.of(i, 100_000));
                    }
                }
            }
            try (Node other = Node.start("n2", 9, Node.options())) {
                Node.join(one, other);
                one.transport.send(other.id, Note.of(77, 900_000));
                one.transport.send(other.id, Note.of(78, 900_000));
                one.transport.flush();
                assertEquals(77, other.next().number());
                assertEquals(78, other.next().number());
            }
        }
    }

    @Test
    void aMessageLargerThanAFrameIsDroppedAndTheOthersGoOn() throws Exception {
        try (Node one = Node.start("n1", Node.options().withBounds(MIB, OutboundBytes.each(4 * MIB)));
                Node other = Node.start("n2", Node.options().withBounds(MIB, OutboundBytes.each(4 * MIB)))) {
            Node.join(one, other);
            long dropped = one.transport.stats().dropped();
            one.transport.send(other.id, Note.of(1, MIB));
            one.transport.send(other.id, Note.of(2, MIB - 6 - 8));
            one.transport.flush();
            assertEquals(2, other.next().number());
            assertEquals(dropped + 1, one.transport.stats().dropped());
        }
    }

    @Test
    void aPeerThatMovesIsFoundAtItsNewAddress() throws Exception {
        try (Node one = Node.start("n1")) {
            try (Node other = Node.start("n2")) {
                Node.join(one, other);
            }
            try (Node moved = Node.start("n2", 2, Node.options())) {
                Node.join(one, moved);
                one.send(moved, Note.of(5, 5));
                assertEquals(Note.of(5, 5), moved.next());
            }
        }
    }

    @Test
    void namesAreLookedUp() throws Exception {
        try (Node one = Node.start("n1");
                Node other = Node.start("n2")) {
            int port = other.transport.localAddress().getPort();
            one.transport.connect(other.id, NettyTransportOptions.address("no-such-host.invalid:" + port));
            one.transport.connect(other.id, NettyTransportOptions.address("localhost:" + port));
            other.transport.connect(one.id, one.transport.localAddress());
            one.untilItReaches(other);
        }
    }

    @Test
    void aConnectionWithoutASignOfLifeIsGivenUpAndOpenedAnew() throws Exception {
        NettyTransportOptions options = Node.options().withKeepAlive(20, 100);
        try (Node one = Node.start("n1", options);
                RawServer dead = new RawServer()) {
            one.transport.connect(NodeId.of("n2"), dead.address());
            for (int i = 0; i < 2; i++) {
                dead.accept(RawPeer.DATA).welcome("n2", "n1");
                Node.await("it is up", () -> one.transport.stats().connectedOut() == 1);
                Node.await("it is given up", () -> one.transport.stats().connectedOut() == 0);
            }
        }
    }

    @Test
    void aQuietConnectionStaysUp() throws Exception {
        NettyTransportOptions options = Node.options().withKeepAlive(20, 100);
        try (Node one = Node.start("n1", options);
                Node other = Node.start("n2", options)) {
            Node.join(one, other);
            long refused = other.transport.stats().refused();
            TimeUnit.MILLISECONDS.sleep(500);
            one.send(other, Note.of(1, 1));
            assertEquals(Note.of(1, 1), other.next());
            assertEquals(refused, other.transport.stats().refused());
            assertEquals(1, other.transport.stats().lane(Lane.CONTROL).connectedIn());
            assertEquals(1, other.transport.stats().lane(Lane.DATA).connectedIn());
        }
    }

    @Test
    void anotherNodeAtThePeersAddressIsNotSpokenTo() throws Exception {
        try (Node one = Node.start("n1");
                Node third = Node.start("n3")) {
            third.transport.connect(one.id, one.transport.localAddress());
            one.transport.connect(NodeId.of("n2"), third.transport.localAddress());
            Node.await("n3 refuses", () -> third.transport.stats().refused() > 0);
            one.transport.send(NodeId.of("n2"), Note.of(1, 1));
            one.transport.flush();
            assertTrue(third.arrivals.isEmpty());
            assertEquals(0, one.transport.stats().connectedOut());
        }
    }

    @Test
    void whoeverAnswersAsSomebodyElseIsNotSpokenTo() throws Exception {
        byte[][] answers = {
            RawPeer.hello("cluster", "n3", 1, "n1"),
            RawPeer.hello("cluster", "n2", 1, "n3"),
            RawPeer.hello("other", "n2", 1, "n1"),
            RawPeer.hello(2, 2, "cluster", "n2", 1, "n1"),
            RawPeer.hello(2, 1, "cluster", "n2", 1, "n1", RawPeer.BULK)
        };
        try (Node one = Node.start("n1");
                RawServer server = new RawServer()) {
            one.transport.connect(NodeId.of("n2"), server.address());
            for (byte[] answer : answers) {
                RawServer.Incoming incoming = server.accept(RawPeer.DATA);
                assertArrayEquals(
                        prefixed(RawPeer.hello("cluster", "n1", 1, "n2")), incoming.hello, "what it says of itself");
                incoming.answer(RawPeer.frame(2, answer));
                assertTrue(incoming.isClosed(), "it hangs up");
            }
        }
    }

    @Test
    void aReceiverThatFailsDoesNotEndTheConnection() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        NettyTransport receiver = new NettyTransport(Node.options());
        try (Node one = Node.start("n1")) {
            receiver.start(context("n2", (from, incarnation, message) -> {
                calls.incrementAndGet();
                throw new IllegalStateException("the receiver of the test fails on purpose");
            }));
            receiver.connect(one.id, one.transport.localAddress());
            one.transport.connect(NodeId.of("n2"), receiver.localAddress());
            Node.await("it was called twice", () -> {
                one.transport.send(NodeId.of("n2"), Note.of(1, 1));
                one.transport.flush();
                return calls.get() >= 2;
            });
            assertEquals(1, receiver.stats().lane(Lane.DATA).connectedIn());
            assertEquals(0, receiver.stats().badInput());
        } finally {
            receiver.close();
        }
    }

    @Test
    void anAddressInUseIsNamed() throws Exception {
        try (Node one = Node.start("n1")) {
            int port = one.transport.localAddress().getPort();
            NettyTransport second = new NettyTransport(NettyTransportOptions.of("127.0.0.1", port, Map.of()));
            IOException e = assertThrows(IOException.class, () -> second.start(context("n2", (a, b, c) -> {})));
            assertTrue(e.getMessage().contains("127.0.0.1:" + port), e.getMessage());
            second.close();
        }
    }

    @Test
    void itIsStartedOnce() throws Exception {
        try (Node one = Node.start("n1")) {
            assertThrows(IllegalStateException.class, () -> one.transport.start(context("n1", (a, b, c) -> {})));
        }
        NettyTransport closed = new NettyTransport(Node.options());
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.start(context("n1", (a, b, c) -> {})));
        assertThrows(IllegalStateException.class, closed::localAddress);
    }

    @Test
    void itselfAndUnknownNodesAreNotSentTo() throws Exception {
        try (Node one = Node.start("n1")) {
            one.transport.connect(one.id, one.transport.localAddress());
            one.transport.send(one.id, Note.of(1, 1));
            one.transport.send(NodeId.of("n9"), Note.of(1, 1));
            one.transport.flush();
            assertEquals(2, one.transport.stats().dropped());
        }
    }

    @Test
    void addressesAreRead() {
        assertEquals(InetSocketAddress.createUnresolved("host", 7), NettyTransportOptions.address("host:7"));
        assertEquals(InetSocketAddress.createUnresolved("::1", 7400), NettyTransportOptions.address("[::1]:7400"));
        assertTrue(NettyTransportOptions.address("10.0.0.1:1").isUnresolved());
        for (String bad : new String[] {
            "", "host", ":7", "host:", "host:x", "host:65536", "host:-1", "::1:7400", "[::1:7400", "[]:7400", " :7400"
        }) {
            assertThrows(IllegalArgumentException.class, () -> NettyTransportOptions.address(bad), bad);
        }
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        NettyTransportOptions good = Node.options();
        assertThrows(IllegalArgumentException.class, () -> NettyTransportOptions.of("h", 65_536, Map.of()));
        assertThrows(IllegalArgumentException.class, () -> good.withBounds(100, OutboundBytes.each(MIB)));
        assertThrows(IllegalArgumentException.class, () -> good.withBounds(MIB, new OutboundBytes(MIB, MIB - 1, MIB)));
        assertThrows(IllegalArgumentException.class, () -> good.withHandshake(0, 1));
        assertThrows(IllegalArgumentException.class, () -> good.withHandshake(1, 0));
        assertThrows(IllegalArgumentException.class, () -> good.withKeepAlive(100, 199));
        assertThrows(IllegalArgumentException.class, () -> good.withDepartureGrace(-1));
        assertThrows(IllegalArgumentException.class, () -> OutboundBytes.each(0));
        assertFalse(good.tls().isPresent());
    }

    private static byte[] prefixed(byte[] hello) {
        return ByteBuffer.allocate(1 + hello.length).put((byte) 1).put(hello).array();
    }

    private static Transport.Context context(String self, Transport.Receiver receiver) {
        return new Transport.Context("cluster", NodeId.of(self), 1, new Note.Codec(1), receiver);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
