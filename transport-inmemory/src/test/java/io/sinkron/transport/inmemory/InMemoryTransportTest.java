package io.sinkron.transport.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import io.sinkron.spi.contract.Note;
import io.sinkron.spi.contract.TransportContract;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InMemoryTransportTest extends TransportContract {
    private InMemoryNetwork network = new InMemoryNetwork(true, TimeUnit.MILLISECONDS.toNanos(100));

    @Override
    protected Transport newTransport(NodeId self) {
        return network.transport(self);
    }

    @Override
    protected void introduce(NodeId self, Transport transport, Map<NodeId, Transport> others) {
        // The network knows all its nodes.
    }

    @Test
    void messagesPassThroughTheCodecByDefault() throws Exception {
        Note note = Note.of(1, 10);
        Endpoint first = start(N1, 1);
        Arrival arrival = sendUntilItArrives(first, start(N2, 1), note);
        assertEquals(note, arrival.note());
        assertNotSame(note, arrival.note());
    }

    @Test
    void recordsAreHandedOverAsTheyAreIfWished() throws Exception {
        network = InMemoryNetwork.passingRecords();
        Note note = Note.of(1, 10);
        Endpoint first = start(N1, 1);
        assertSame(note, sendUntilItArrives(first, start(N2, 1), note).note());
    }

    @Test
    void aCutLosesOneDirectionOnlyAndHealingEndsIt() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        network.cut(N1, N2);
        sendOnce(first, N2);
        assertEquals(1, network.droppedMessages());
        sendUntilItArrives(second, first, Note.of(2, 10));
        network.heal();
        sendUntilItArrives(first, second, Note.of(3, 10));
    }

    @Test
    void anIsolatedNodeNeitherHearsNorIsHeard() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        Endpoint third = start(N3, 1);
        network.isolate(N1);
        sendOnce(first, N2);
        sendOnce(second, N1);
        assertEquals(2, network.droppedMessages());
        sendUntilItArrives(second, third, Note.of(3, 10));
    }

    @Test
    void aPartitionCutsBetweenItsSidesOnly() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        Endpoint third = start(N3, 1);
        network.partition(List.of(N1), List.of(N3));
        sendOnce(first, N3);
        sendOnce(third, N1);
        assertEquals(2, network.droppedMessages());
        sendUntilItArrives(first, second, Note.of(2, 10));
    }

    @Test
    void everythingIsLostAtProbabilityOne() throws Exception {
        Endpoint first = start(N1, 1);
        Endpoint second = start(N2, 1);
        network.loseAtRandom(1, 7);
        sendOnce(first, N2);
        assertNull(second.arrivals.poll());
        assertEquals(1, network.droppedMessages());
        assertThrows(IllegalArgumentException.class, () -> network.loseAtRandom(1.5, 7));
    }

    @Test
    void messagesThatAreNotFlushedAreBounded() throws Exception {
        Endpoint first = start(N1, 1);
        for (int i = 0; i < InMemoryTransport.CAPACITY + 5; i++) {
            first.send(N2, Note.of(i, 0));
        }
        assertEquals(5, network.droppedMessages());
        first.send(N2, Note.of(Lane.CONTROL, 1, 0));
        assertEquals(5, network.droppedMessages(), "a full lane takes no room from another one");
    }

    @Test
    void theUrgentOvertakesWhatWaitsForASlowReceiverAndFullLanesTakeNoRoomFromIt() throws Exception {
        CountDownLatch isSlow = new CountDownLatch(1);
        Queue<Note> arrivals = new ConcurrentLinkedQueue<>();
        Endpoint first = start(N1, 1);
        InMemoryTransport slow = network.transport(N2);
        try {
            slow.start(new Transport.Context("cluster", N2, 1, new Note.Codec(1), (from, incarnation, message) -> {
                arrivals.add((Note) message);
                await(isSlow);
            }));
            sendOnce(first, N2);
            await("the receiver is busy", () -> arrivals.size() == 1);
            for (int i = 0; i < InMemoryTransport.CAPACITY; i++) {
                first.send(N2, Note.of(i, 0));
            }
            first.transport.flush();
            first.send(N2, Note.of(7, 0));
            first.send(N2, Note.of(Lane.CONTROL, 8, 0));
            first.transport.flush();
            assertEquals(1, network.droppedMessages());
            isSlow.countDown();
            await("all has arrived", () -> arrivals.size() == InMemoryTransport.CAPACITY + 2);
            arrivals.remove();
            assertEquals(Note.of(Lane.CONTROL, 8, 0), arrivals.remove());
        } finally {
            isSlow.countDown();
            slow.close();
        }
    }

    @Test
    void anAddressIsUsedOnce() throws Exception {
        start(N1, 1);
        IOException refused = assertThrows(IOException.class, () -> start(N1, 2));
        assertTrue(refused.getMessage().contains("n1"), refused.getMessage());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sendOnce(Endpoint from, NodeId to) {
        from.send(to, Note.of(1, 10));
        from.transport.flush();
    }
}
