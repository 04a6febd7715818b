package io.sinkron.transport.inmemory.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.lock.LockMessage;
import io.sinkron.wire.MessageWire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final long SECOND = 1_000_000_000;

    private final Scheduler scheduler = new Scheduler(new SeededRandom(1));
    private final Recorder recorder = new Recorder(scheduler);
    private final SimulatedNetwork network =
            new SimulatedNetwork(scheduler, new SeededRandom(2), recorder, new MessageWire(), true);
    private final List<Long> arrived = new ArrayList<>();

    @BeforeEach
    void listen() {
        network.attach(B, (from, incarnation, message, hash) -> {
            assertEquals(A, from);
            assertEquals(3, incarnation);
            arrived.add(((LockMessage.KeepAlive) message).request());
        });
    }

    @Test
    void aPerfectNetworkDeliversEverythingOnce() {
        send(100);
        scheduler.runUntil(SECOND);
        assertEquals(100, arrived.stream().distinct().count());
        assertEquals(100, arrived.size());
    }

    @Test
    void randomDelaysReorder() {
        network.quality(new LinkQuality(0, 10_000_000, 0, 0, 0, 0, 0));
        send(100);
        scheduler.runUntil(SECOND);
        assertTrue(!arrived.equals(arrived.stream().sorted().toList()), arrived.toString());
        assertEquals(100, arrived.size());
    }

    @Test
    void lossTakesItsShare() {
        network.quality(new LinkQuality(0, 1_000, 0, 0, 0.3, 0, 0));
        send(1_000);
        scheduler.runUntil(SECOND);
        assertTrue(arrived.size() > 600 && arrived.size() < 800, "arrived " + arrived.size());
    }

    @Test
    void duplicatesAndOldMessagesComeAgain() {
        network.quality(new LinkQuality(0, 1_000, 0, 0, 0, 0.2, 0.2));
        send(1_000);
        scheduler.runUntil(SECOND);
        assertEquals(1_000, arrived.stream().distinct().count());
        assertTrue(arrived.size() > 1_300, "arrived " + arrived.size());
        assertTrue(recorder.marks().count("old message replayed") > 100);
    }

    @Test
    void aCutLosesWhatIsSentAndWhatIsUnderWayInOneDirection() {
        List<String> back = new ArrayList<>();
        network.attach(A, (from, incarnation, message, hash) -> back.add("heard"));
        send(1);
        network.cut(A, B, true);
        send(1);
        network.send(B, 1, A, new LockMessage.KeepAlive(9, "s"));
        scheduler.runUntil(SECOND);
        assertEquals(List.of(), arrived);
        assertEquals(List.of("heard"), back);
        network.heal();
        send(1);
        scheduler.runUntil(2 * SECOND);
        assertEquals(1, arrived.size());
    }

    @Test
    void aClogHoldsEverythingAndThenDeliversItAtOnce() {
        network.clog(A, B, true);
        send(5);
        scheduler.runUntil(SECOND);
        assertEquals(0, arrived.size());
        network.clog(A, B, false);
        scheduler.runUntil(SECOND);
        assertEquals(5, arrived.size());
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            network.send(A, 3, B, new LockMessage.KeepAlive(i, "s"));
        }
    }
}
