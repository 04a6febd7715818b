package io.sinkron.transport.inmemory.sim.workload;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each promise of the queues is broken once, to see it noticed. */
class QueueLedgerTest {
    private static final NewMessage MESSAGE = NewMessage.of(Bytes.utf8("m"));
    private static final long VISIBILITY = 1_000;

    private final QueueLedger ledger = new QueueLedger(new FakeEnvironment());

    @Test
    void aLostMessageIsSeen() {
        ledger.sending(MESSAGE);
        ledger.stored(MESSAGE);
        broken("Q1", ledger::nothingIsLost);
        deliver("id", 1, 2_000);
        assertDoesNotThrow(ledger::nothingIsLost);
    }

    @Test
    void aMessageThatNobodySentIsSeen() {
        broken("Q3", () -> deliver("id", 1, 2_000));
    }

    @Test
    void aMessageThatWasSurelyRefusedIsSeen() {
        ledger.sending(MESSAGE);
        ledger.notStored(MESSAGE, true);
        broken("Q3", () -> deliver("id", 1, 2_000));
    }

    @Test
    void aMessageOfUnknownFateMayArrive() {
        ledger.sending(MESSAGE);
        ledger.notStored(MESSAGE, false);
        assertDoesNotThrow(() -> deliver("id", 1, 2_000));
    }

    @Test
    void aDeliveryAfterAConfirmedAckIsSeen() {
        ledger.sending(MESSAGE);
        ledger.acked(deliver("id", 1, 2_000));
        broken("Q4", () -> deliver("id", 2, 4_000));
    }

    @Test
    void anEarlierDeliveryMayArriveAfterTheAckOfALaterOne() {
        ledger.sending(MESSAGE);
        ledger.acked(deliver("id", 2, 4_000));
        assertDoesNotThrow(() -> deliver("id", 1, 2_000));
    }

    @Test
    void twoLiveDeliveriesAreSeen() {
        ledger.sending(MESSAGE);
        deliver("id", 1, 2_000);
        broken("Q5", () -> deliver("id", 2, 2_999));
    }

    @Test
    void aDeliveryThatFollowsAGiveBackIsFine() {
        ledger.sending(MESSAGE);
        deliver("id", 1, 2_000).mayEndAnyTime();
        assertDoesNotThrow(() -> deliver("id", 2, 2_001));
    }

    @Test
    void anAckOfADeliveryThatWasFollowedByAnotherIsSeen() {
        ledger.sending(MESSAGE);
        var first = deliver("id", 1, 2_000);
        deliver("id", 2, 3_000);
        broken("Q6", () -> ledger.acked(first));
    }

    @Test
    void aDeliveryNumberThatComesTwiceIsSeen() {
        ledger.sending(MESSAGE);
        deliver("id", 1, 2_000);
        broken("Q7", () -> deliver("id", 1, 5_000));
    }

    @Test
    void aMessageThatIsStoredTwiceIsSeen() {
        ledger.sending(MESSAGE);
        deliver("id", 1, 2_000);
        broken("Q9", () -> deliver("other", 1, 5_000));
    }

    private QueueLedger.Lent deliver(String id, int number, long untilMillis) {
        var delivery = new Delivery(
                id,
                id + number,
                MESSAGE.body(),
                Map.of(),
                MESSAGE.priority(),
                Optional.empty(),
                number,
                0,
                untilMillis);
        return ledger.delivered("q", delivery, VISIBILITY);
    }

    private static void broken(String rule, Executable step) {
        Violation violation = assertThrows(Violation.class, step);
        assertTrue(violation.invariant().startsWith(rule + " "), violation.getMessage());
    }
}
