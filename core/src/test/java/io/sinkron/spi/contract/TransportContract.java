package io.sinkron.spi.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Message;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Transport} must do. Extend it, hand in transports, and tell them where the others are. The contract allows for loss, so a
 * test that needs one arrival sends until it comes; on a connection that works, a transport is expected to lose nothing that fits its bounds.
 */
public abstract class TransportContract {
    /** The names of the nodes that take part; a transport may be told to know no others. */
    protected static final NodeId N1 = NodeId.of("n1");

    /** The second node. */
    protected static final NodeId N2 = NodeId.of("n2");

    /** The third node. */
    protected static final NodeId N3 = NodeId.of("n3");

    private static final long PATIENCE_SECONDS = 20;

    private final Map<NodeId, Endpoint> running = new HashMap<>();
    private final List<Endpoint> all = new ArrayList<>();

    /** A transport for a start of this node, not started yet. */
    protected abstract Transport newTransport(NodeId self) throws IOException;

    /**
     * The transport has been started: tell it where the others that run are, and them where it is.
     *
     * @param others the transports that run at present
     */
    protected abstract void introduce(NodeId self, Transport transport, Map<NodeId, Transport> others);

    /** Closes every transport of the test; may be called before its end as well. */
    @AfterEach
    protected final void closeAll() {
        all.forEach(endpoint -> endpoint.transport.close());
    }

    @Test
    void aMessageArrivesAsItWasSentAndFromWhomItWasSent() throws Exception {
        Endpoint first = start(N1, 7);
        Endpoint second = start(N2, 9);
        assertEquals(new Arrival(N1, 7, Note.of(1, 100)), sendUntilItArrives(first, second, Note.of(1, 100)));
        assertEquals(new Arrival(N2, 9, Note.of(2, 0)), sendUntilItArrives(second, first, Note.of(2, 0)));
    }

    @Test
    void messagesOfAllSizesArriveWhole() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        sendUntilItArrives(first, second, Note.of(0, 1));
        int[] sizes = {0, 1, 127, 128, 1000, 16_383, 16_384, 16_385, 65_536, 100_000, 1_048_576, 4_000_000};
        for (int i = 0; i < sizes.length; i++) {
            first.send(N2, Note.of(100 + i, sizes[i]));
        }
        first.transport.flush();
        Set<Long> missing = new HashSet<>();
        for (int i = 0; i < sizes.length; i++) {
            missing.add(100L + i);
        }
        while (!missing.isEmpty()) {
            Arrival arrival = second.next();
            assertTrue(arrival.note.isWhole());
            if (arrival.note.number() >= 100) {
                assertEquals(
                        sizes[(int) arrival.note.number() - 100],
                        arrival.note.body().size());
                missing.remove(arrival.note.number());
            }
        }
    }

    @Test
    void everyReceiverLearnsTheTrueSender() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 2);
        Endpoint third = start(N3, 3);
        assertEquals(N1, sendUntilItArrives(first, third, Note.of(1, 10)).from);
        Arrival other = sendUntilItArrives(second, third, Note.of(2, 10));
        assertEquals(N2, other.from);
        assertEquals(2, other.incarnation);
        assertEquals(N3, sendUntilItArrives(third, second, Note.of(3, 10)).from);
        assertNull(first.arrivals.poll(), "nothing was sent to the first");
    }

    @Test
    void thousandsOfMessagesOfSeveralThreadsArriveOnAWorkingConnection() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        sendUntilItArrives(first, second, Note.of(0, 1));
        int threads = 4;
        int each = 2000;
        ReentrantLock turn = new ReentrantLock();
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            long base = 1_000_000L * (t + 1);
            senders.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    turn.lock();
                    try {
                        first.transport.send(N2, Note.of(base + i, i % 300));
                        if (i % 17 == 0 || i == each - 1) {
                            first.transport.flush();
                        }
                    } finally {
                        turn.unlock();
                    }
                }
            }));
        }
        senders.forEach(Thread::start);
        Set<Long> seen = new HashSet<>();
        while (seen.size() < threads * each) {
            Arrival arrival = second.next();
            assertTrue(arrival.note.isWhole());
            if (arrival.note.number() >= 1_000_000) {
                seen.add(arrival.note.number());
            }
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    @Test
    void sendingToAPeerThatIsAwayNeitherBlocksNorThrows() throws Exception {
        Endpoint first = start(N1, 1);
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 20_000; i++) {
                first.send(N2, Note.of(i, 1000));
                first.transport.flush();
            }
        });
        Endpoint second = start(N2, 1);
        sendUntilItArrives(first, second, Note.of(99_999, 10));
    }

    @Test
    void aPeerThatStartsAgainIsReachedAgain() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        sendUntilItArrives(first, second, Note.of(1, 10));
        sendUntilItArrives(second, first, Note.of(2, 10));
        second.transport.close();
        running.remove(N2);
        for (int i = 0; i < 100; i++) {
            first.send(N2, Note.of(3, 100));
            first.transport.flush();
        }
        Endpoint again = start(N2, 2);
        sendUntilItArrives(first, again, Note.of(4, 10));
        assertEquals(new Arrival(N2, 2, Note.of(5, 10)), sendUntilItArrives(again, first, Note.of(5, 10)));
    }

    @Test
    void closingTwiceIsHarmlessAndNothingIsDeliveredAfterwards() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        sendUntilItArrives(first, second, Note.of(1, 10));
        second.transport.close();
        second.arrivals.clear();
        assertTimeoutPreemptively(Duration.ofSeconds(10), second.transport::close);
        for (int i = 0; i < 100; i++) {
            first.send(N2, Note.of(2, 10));
            first.transport.flush();
        }
        second.send(N1, Note.of(3, 10));
        second.transport.flush();
        assertNull(second.arrivals.poll(200, TimeUnit.MILLISECONDS));
    }

    @Test
    void closingWhatNeverStartedIsHarmless() throws Exception {
        Transport transport = newTransport(N1);
        transport.close();
        transport.close();
    }

    @Test
    void flushingNothingIsHarmless() throws Exception {
        Endpoint first = start(N1, 1);
        first.transport.flush();
        first.transport.flush();
        assertTrue(first.arrivals.isEmpty());
    }

    @Test
    void withinALaneMessagesStayInOrderAndNoneIsLostOnAWorkingConnection() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        for (Lane lane : Lane.values()) {
            sendUntilItArrives(first, second, Note.of(lane, 0, 1));
        }
        Random random = new Random(7);
        Map<Lane, Long> sent = new EnumMap<>(Lane.class);
        for (int i = 0; i < 3_000; i++) {
            Lane lane = Lane.values()[random.nextInt(Lane.values().length)];
            int size = random.nextInt(50) == 0 ? 40_000 : random.nextInt(300);
            first.send(N2, Note.of(lane, sent.merge(lane, 1L, Long::sum), size));
            if (random.nextInt(20) == 0) {
                first.transport.flush();
            }
        }
        first.transport.flush();
        Map<Lane, Long> arrived = new EnumMap<>(Lane.class);
        while (!arrived.equals(sent)) {
            Note note = second.next().note;
            assertTrue(note.isWhole());
            if (note.numberInLane() > 0) {
                long expected = arrived.merge(note.lane(), 1L, Long::sum);
                assertEquals(expected, note.numberInLane(), "order in lane " + note.lane());
            }
        }
    }

    @Test
    void onceItIsToldTheMembersStrangersAreNeitherHeardNorSpokenTo() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        Endpoint third = start(N3, 1);
        sendUntilItArrives(third, first, Note.of(1, 10));
        first.transport.peers(Map.of(N1, "", N2, "", N3, ""));
        sendUntilItArrives(second, first, Note.of(2, 10));
        sendUntilItArrives(third, first, Note.of(3, 10));
        sendUntilItArrives(first, third, Note.of(4, 10));

        first.transport.peers(Map.of(N1, "", N2, ""));
        await("the third is not heard any more", () -> !reaches(third, first));
        await("the third is not spoken to any more", () -> !reaches(first, third));
        sendUntilItArrives(first, second, Note.of(5, 10));

        first.transport.peers(Map.of(N1, "", N2, "", N3, ""));
        sendUntilItArrives(third, first, Note.of(6, 10));
        sendUntilItArrives(first, third, Note.of(7, 10));
    }

    @Test
    void toBeToldNoMembersAtAllChangesNothing() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        first.transport.peers(Map.of());
        sendUntilItArrives(second, first, Note.of(1, 10));
        sendUntilItArrives(first, second, Note.of(2, 10));
    }

    @Test
    void nodesOfAnotherClusterAreNotHeard() throws Exception {
        Endpoint stranger = start(N1, 1, "other", 1);
        Endpoint second = start(N2, 1);
        Endpoint third = start(N3, 1);
        stranger.send(N2, Note.of(1, 10));
        stranger.transport.flush();
        sendUntilItArrives(third, second, Note.of(2, 10));
        stranger.send(N2, Note.of(3, 10));
        stranger.transport.flush();
        second.arrivals.removeIf(arrival -> arrival.from.equals(N3));
        assertNull(second.arrivals.poll(200, TimeUnit.MILLISECONDS));
    }

    @Test
    void nodesOfAnotherFormatAreNotHeard() throws Exception {
        Endpoint older = start(N1, 1, "cluster", 2);
        Endpoint second = start(N2, 1);
        Endpoint third = start(N3, 1);
        older.send(N2, Note.of(1, 10));
        older.transport.flush();
        sendUntilItArrives(third, second, Note.of(2, 10));
        second.arrivals.removeIf(arrival -> arrival.from.equals(N3));
        assertNull(second.arrivals.poll(200, TimeUnit.MILLISECONDS));
    }

    /** Starts a node of the cluster of this test and introduces it to those that run. */
    protected final Endpoint start(NodeId self, long incarnation) throws IOException {
        return start(self, incarnation, "cluster", 1);
    }

    /** Starts a node and introduces it to those that run. */
    protected final Endpoint start(NodeId self, long incarnation, String cluster, int version) throws IOException {
        Endpoint endpoint = new Endpoint(self, newTransport(self));
        all.add(endpoint);
        endpoint.transport.start(
                new Transport.Context(cluster, self, incarnation, new Note.Codec(version), endpoint::received));
        Map<NodeId, Transport> others = new HashMap<>();
        running.forEach((id, other) -> others.put(id, other.transport));
        running.put(self, endpoint);
        introduce(self, endpoint.transport, others);
        return endpoint;
    }

    /** Sends the note again and again until it arrives, and returns how it arrived; other arrivals are thrown away. */
    protected static Arrival sendUntilItArrives(Endpoint from, Endpoint to, Note note) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() - end < 0) {
            from.send(to.self, note);
            from.transport.flush();
            for (Arrival arrival = to.arrivals.poll(20, TimeUnit.MILLISECONDS);
                    arrival != null;
                    arrival = to.arrivals.poll()) {
                if (arrival.note.number() == note.number()) {
                    return arrival;
                }
            }
        }
        throw new AssertionError("note " + note.number() + " of " + from.self + " didn't reach " + to.self + " within "
                + PATIENCE_SECONDS + " s");
    }

    /** Whether a note of one node reaches the other one soon. */
    private static boolean reaches(Endpoint from, Endpoint to) {
        to.arrivals.clear();
        from.send(to.self, Note.of(999, 10));
        from.transport.flush();
        try {
            return to.arrivals.poll(200, TimeUnit.MILLISECONDS) != null;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for an arrival", e);
        }
    }

    /** Waits until something holds. */
    protected static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertFalse(System.nanoTime() - end > 0, "waited " + PATIENCE_SECONDS + " s until " + what);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** A running transport and what has arrived at it. */
    protected static final class Endpoint {
        /** Whose it is. */
        public final NodeId self;
        /** The transport under test. */
        public final Transport transport;
        /** What it delivered and nobody has taken yet. */
        public final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

        Endpoint(NodeId self, Transport transport) {
            this.self = self;
            this.transport = transport;
        }

        /** Queues a note. */
        public void send(NodeId to, Note note) {
            transport.send(to, note);
        }

        /** The next arrival. */
        public Arrival next() throws InterruptedException {
            Arrival arrival = arrivals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (arrival == null) {
                throw new AssertionError("nothing arrived at " + self + " within " + PATIENCE_SECONDS + " s");
            }
            return arrival;
        }

        private void received(NodeId from, long incarnation, Message message) {
            arrivals.add(new Arrival(from, incarnation, (Note) message));
        }
    }

    /** What a receiver was handed. */
    protected record Arrival(NodeId from, long incarnation, Note note) {}
}
