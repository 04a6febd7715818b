package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.contract.Note;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What comes in over a raw socket at node n1. Whatever it is, it harms its own connection only: after each test the connections between n1
 * and n2 are still the ones that they were.
 */
class BadInputTest {
    private static final int FRAME_LIMIT = 64 * 1024;
    private static final int HANDSHAKE_MILLIS = 700;

    private Node node;
    private Node healthy;
    private InetSocketAddress address;
    private long refusedBefore;
    private ResourceLeakDetector.Level level;

    @BeforeEach
    void startTwo() throws Exception {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        node = Node.start(
                "n1",
                Node.options()
                        .withBounds(FRAME_LIMIT, OutboundBytes.each(1 << 20))
                        .withHandshake(HANDSHAKE_MILLIS, 4));
        healthy = Node.start("n2");
        Node.join(node, healthy);
        refusedBefore = healthy.transport.stats().refused();
        address = node.transport.localAddress();
        node.transport.connect(NodeId.of("n3"), new InetSocketAddress("127.0.0.1", 1));
    }

    @AfterEach
    void theOthersAreUnharmed() throws Exception {
        healthy.send(node, Note.of(1, 1000));
        assertEquals(Note.of(1, 1000), nextOf(node, 1));
        node.send(healthy, Note.of(2, 1000));
        assertEquals(Note.of(2, 1000), nextOf(healthy, 2));
        assertEquals(1, healthy.transport.stats().lane(Lane.DATA).connectedOut());
        assertEquals(0, healthy.transport.stats().badInput());
        assertEquals(refusedBefore, healthy.transport.stats().refused(), "it was not connected anew");
        node.close();
        healthy.close();
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void garbageIsCutOff() throws Exception {
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        for (byte[] bytes : List.of(garbage, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII))) {
            try (RawPeer peer = new RawPeer(address)) {
                sendWhileOpen(peer, bytes);
                assertTrue(peer.isClosed());
            }
        }
        Node.await("both are counted", () -> node.transport.stats().badInput() == 2);
    }

    @Test
    void aLengthOutOfRangeBeforeTheHandshakeIsCutOffAtOnce() throws Exception {
        int[] lengths = {-1, 0, 1, 4, 4097, FRAME_LIMIT, FRAME_LIMIT + 1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int length : lengths) {
            try (RawPeer peer = new RawPeer(address)) {
                peer.send(RawPeer.length(length));
                assertTrue(peer.isClosed(), "length " + length);
            }
        }
        assertEquals(lengths.length, node.transport.stats().badInput());
    }

    @Test
    void aLengthOutOfRangeAfterTheHandshakeIsCutOffAtOnce() throws Exception {
        int[] lengths = {-1, 0, 1, 4, FRAME_LIMIT + 1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int length : lengths) {
            try (RawPeer peer = RawPeer.admitted(address, "n3", 1, "n1")) {
                peer.send(RawPeer.length(length));
                assertTrue(peer.isClosed(), "length " + length);
            }
        }
        assertEquals(lengths.length, node.transport.stats().badInput());
    }

    @Test
    void aFrameOfExactlyTheLimitIsTakenAndOneOfAByteMoreIsNot() throws Exception {
        try (RawPeer peer = RawPeer.admitted(address, "n3", 1, "n1")) {
            byte[] largest = RawPeer.message(Note.of(7, FRAME_LIMIT - 6 - 8));
            assertEquals(FRAME_LIMIT + 4, largest.length);
            peer.send(largest);
            assertEquals(Note.of(7, FRAME_LIMIT - 6 - 8), node.next());
            sendWhileOpen(peer, RawPeer.message(Note.of(8, FRAME_LIMIT - 6 - 8 + 1)));
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void aHandshakeThatStopsInTheMiddleIsCutOffInTime() throws Exception {
        byte[] hello = RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1"));
        long start = System.nanoTime();
        try (RawPeer silent = new RawPeer(address);
                RawPeer partial = new RawPeer(address)) {
            partial.send(Arrays.copyOf(hello, hello.length - 1));
            assertTrue(silent.isClosed());
            assertTrue(partial.isClosed());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis >= HANDSHAKE_MILLIS - 50 && millis < 5_000, "closed after " + millis + " ms");
    }

    @Test
    void aHandshakeThatDripsIsCutOffInTimeToo() throws Exception {
        byte[] hello = RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1"));
        long start = System.nanoTime();
        try (RawPeer peer = new RawPeer(address)) {
            boolean open = true;
            for (int i = 0; i < hello.length - 1 && open; i++) {
                open = sendWhileOpen(peer, new byte[] {hello[i]});
                TimeUnit.MILLISECONDS.sleep(60);
            }
            assertTrue(peer.isClosed());
        }
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void aWrongChecksumIsCutOff() throws Exception {
        byte[] message = RawPeer.message(Note.of(5, 100));
        for (int at : new int[] {4, 8, 9, message.length - 1}) {
            try (RawPeer peer = RawPeer.admitted(address, "n3", 1, "n1")) {
                byte[] damaged = message.clone();
                damaged[at] ^= 1;
                peer.send(damaged);
                assertTrue(peer.isClosed());
            }
        }
        assertEquals(
                0, node.arrivals.stream().filter(note -> note.number() == 5).count());
    }

    @Test
    void strangersAreToldWhyTheyAreRefused() throws Exception {
        assertRefused("another cluster", RawPeer.hello("other", "n3", 1, "n1"));
        assertRefused("is not n9", RawPeer.hello("cluster", "n3", 1, "n9"));
        assertRefused("knows no other node n9", RawPeer.hello("cluster", "n9", 1, "n1"));
        assertRefused("knows no other node n1", RawPeer.hello("cluster", "n1", 1, "n1"));
        assertRefused("version of framing is 1, spoken here is 2", RawPeer.helloOfVersion1("cluster", "n3", 1, "n1"));
        assertRefused("version of framing is 3", RawPeer.hello(3, 1, "cluster", "n3", 1, "n1"));
        assertRefused("malformed", RawPeer.hello(2, 1, "cluster", "n3", 1, "n1", 0));
        assertRefused("malformed", RawPeer.hello(2, 1, "cluster", "n3", 1, "n1", 4));
        assertRefused("version of messages is 77", RawPeer.hello(2, 77, "cluster", "n3", 1, "n1"));
        assertRefused("malformed", RawPeer.hello("cluster", "no id!", 1, "n1"));
        assertRefused("malformed", RawPeer.hello("cluster", "n3", 0, "n1"));
        assertRefused("malformed", concat(RawPeer.hello("cluster", "n3", 1, "n1"), new byte[1]));
        assertRefused("not a handshake", "SINKRON!and more".getBytes(StandardCharsets.US_ASCII));
        assertRefused("malformed", new byte[0]);
        assertEquals(14, node.transport.stats().refused());
    }

    @Test
    void namesFromOutsideAreMadeHarmless() throws Exception {
        try (RawPeer peer = new RawPeer(address)) {
            peer.send(RawPeer.frame(1, RawPeer.hello("a\r\nINFO all is well\u2028" + "x".repeat(1000), "n3", 1, "n1")));
            String reason = peer.refusal();
            assertTrue(reason.chars().noneMatch(c -> c < 32 || c == 0x2028), reason);
            assertTrue(reason.length() <= 201, reason);
        }
    }

    @Test
    void anEarlierStartIsRefusedOnceALaterOneWasSeen() throws Exception {
        try (RawPeer five = RawPeer.admitted(address, "n3", 5, "n1")) {
            assertRefused("incarnation 4 of n3 is over", RawPeer.hello("cluster", "n3", 4, "n1"));
            five.send(RawPeer.message(Note.of(3, 3)));
            assertEquals(Note.of(3, 3), node.next());
            try (RawPeer again = RawPeer.admitted(address, "n3", 5, "n1")) {
                assertTrue(five.isClosed(), "one connection a peer and lane: the newer one counts");
                try (RawPeer six = RawPeer.admitted(address, "n3", 6, "n1")) {
                    assertTrue(again.isClosed());
                    six.send(RawPeer.message(Note.of(4, 3)));
                    assertEquals(Note.of(4, 3), node.next());
                }
            }
        }
    }

    @Test
    void aLaterStartInOneLaneEndsTheConnectionsOfTheEarlierOneInAll() throws Exception {
        try (RawPeer control = RawPeer.admitted(address, "n3", 5, "n1", RawPeer.CONTROL);
                RawPeer data = RawPeer.admitted(address, "n3", 5, "n1", RawPeer.DATA);
                RawPeer bulk = RawPeer.admitted(address, "n3", 5, "n1", RawPeer.BULK)) {
            data.send(RawPeer.message(Note.of(1, 3)));
            assertEquals(Note.of(1, 3), node.next());
            bulk.send(RawPeer.message(Note.of(2, 3)));
            assertEquals(Note.of(2, 3), node.next());
            try (RawPeer six = RawPeer.admitted(address, "n3", 6, "n1", RawPeer.BULK)) {
                assertTrue(control.isClosed() && data.isClosed() && bulk.isClosed());
                assertRefused(
                        "incarnation 5 of n3 is over", RawPeer.hello(2, 1, "cluster", "n3", 5, "n1", RawPeer.CONTROL));
                six.send(RawPeer.message(Note.of(4, 3)));
                assertEquals(Note.of(4, 3), node.next());
            }
        }
    }

    @Test
    void bytesMayComeOneByOne() throws Exception {
        try (RawPeer peer = new RawPeer(address)) {
            peer.sendByteByByte(RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")));
            assertEquals(2, peer.receive()[0]);
            peer.sendByteByByte(concat(RawPeer.message(Note.of(1, 50)), RawPeer.message(Note.of(2, 0))));
            assertEquals(Note.of(1, 50), node.next());
            assertEquals(Note.of(2, 0), node.next());
        }
    }

    @Test
    void tenThousandFramesMayComeInOnePiece() throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            all.writeBytes(RawPeer.message(Note.of(i, i % 20)));
        }
        try (RawPeer peer = RawPeer.admitted(address, "n3", 1, "n1")) {
            peer.send(all.toByteArray());
            for (int i = 0; i < 10_000; i++) {
                assertEquals(Note.of(i, i % 20), node.next());
            }
        }
    }

    @Test
    void whatDoesNotBelongIntoAnAdmittedConnectionIsCutOff() throws Exception {
        List<byte[]> wrong = List.of(
                RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")),
                RawPeer.frame(2, new byte[0]),
                RawPeer.frame(0, new byte[0]),
                RawPeer.frame(99, new byte[10]),
                RawPeer.frame(4, new byte[0]),
                RawPeer.frame(4, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0}),
                RawPeer.frame(4, new byte[] {0, 1, 2, 3}));
        for (byte[] bytes : wrong) {
            try (RawPeer peer = RawPeer.admitted(address, "n3", 1, "n1")) {
                peer.send(bytes);
                assertTrue(peer.isClosed());
            }
        }
        assertEquals(wrong.size(), node.transport.stats().badInput());
    }

    @Test
    void messagesBeforeTheHandshakeAreCutOff() throws Exception {
        try (RawPeer peer = new RawPeer(address)) {
            peer.send(RawPeer.message(Note.of(9, 9)));
            assertTrue(peer.isClosed());
        }
        assertTrue(node.arrivals.stream().noneMatch(note -> note.number() == 9));
    }

    @Test
    void tooManyHalfOpenConnectionsAreClosedAndAdmittedOnesDoNotCount() throws Exception {
        try (RawPeer admitted = RawPeer.admitted(address, "n3", 1, "n1")) {
            List<RawPeer> waiting = new ArrayList<>();
            long refused = node.transport.stats().refused();
            try {
                for (int i = 0; i < 4; i++) {
                    waiting.add(new RawPeer(address));
                }
                try (RawPeer fifth = new RawPeer(address)) {
                    assertTrue(fifth.isClosed());
                }
                assertEquals(refused + 1, node.transport.stats().refused(), "closed at once, not by its timeout");
            } finally {
                for (RawPeer peer : waiting) {
                    peer.close();
                }
            }
            admitted.send(RawPeer.message(Note.of(6, 6)));
            assertEquals(Note.of(6, 6), node.next());
        }
        Node.await("there is room again", () -> {
            try (RawPeer peer = new RawPeer(address)) {
                peer.send(RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")));
                return peer.receive()[0] == 2;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void whoAsksForSignsOfLifeWithoutReadingThemIsCutOffBeforeTheyFillTheMemory() throws Exception {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            many.writeBytes(RawPeer.frame(5, new byte[0]));
        }
        try (RawPeer peer = RawPeer.admitted(address, "n3", 1, "n1")) {
            boolean open = true;
            for (int i = 0; i < 1000 && open; i++) {
                open = sendWhileOpen(peer, many.toByteArray());
                long used = node.allocator.metric().usedDirectMemory();
                assertTrue(used < 8 << 20, "memory in use: " + used);
            }
            assertTrue(!open || peer.isClosed());
        }
        assertEquals(1, node.transport.stats().badInput());
    }

    private void assertRefused(String why, byte[] hello) throws IOException {
        try (RawPeer peer = new RawPeer(address)) {
            peer.send(RawPeer.frame(1, hello));
            String reason = peer.refusal();
            assertTrue(reason.contains(why), reason);
        }
    }

    private static Note nextOf(Node receiver, long number) throws InterruptedException {
        Note note = receiver.next();
        while (note.number() != number || note.body().size() != 1000) {
            note = receiver.next();
        }
        return note;
    }

    /** False if the other end has closed already. */
    private static boolean sendWhileOpen(RawPeer peer, byte[] bytes) {
        try {
            peer.send(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(one);
        out.writeBytes(other);
        return out.toByteArray();
    }
}
