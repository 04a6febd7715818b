package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheEffect.Memory;
import io.sinkron.cache.CacheEffect.Send;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A home's memory is bounded, and what finds no room is as if it were lost: it comes again, and nothing is granted without it. */
class HomeLimitsTest {
    private static final NodeId SECOND = NodeId.of("n2");
    private static final NodeId THIRD = NodeId.of("n3");
    private static final Bytes OTHER = Bytes.utf8("o");

    private final Replica home = new Replica(NodeId.of("n1"));

    HomeLimitsTest() {
        View view = new View(
                1,
                Stream.of("n1", "n2", "n3")
                        .map(id -> new Member(NodeId.of(id), 1, 1, "", ""))
                        .toList());
        home.take(new Replica.Active(view, Replica.FixedPlacement.of(view, home.id)));
    }

    private void limit(int transactions, long bytes) {
        StateEncoder.poke(
                StateEncoder.peek(home.node, "home"), "limits", new HomeController.Limits(transactions, bytes));
    }

    private List<CacheEffect> from(NodeId node, CacheMessage message) {
        return home.take(new Replica.Deliver(node, message));
    }

    /** A value that counts with its key as so many bytes. */
    private static MemoryValue value(long version, int bytes) {
        return new MemoryValue(version, false, Bytes.wrap(new byte[bytes - 1]), 0, List.of());
    }

    private static Memory store(List<CacheEffect> effects) {
        List<Memory> operations = Replica.operations(effects);
        assertEquals(1, operations.size());
        return operations.get(0);
    }

    @Test
    void aRequestPastTheTransactionsIsDroppedAndServedWhenItComesAgain() {
        limit(1, 1 << 20);
        from(SECOND, new BusRdX(1, Replica.KEY, 1));
        BusRdX late = new BusRdX(1, OTHER, 7);
        assertEquals(List.of(), from(THIRD, late));
        from(THIRD, new BusRdX(1, Replica.KEY, 8));
        limit(2, 1 << 20);
        assertTrue(Replica.sends(from(THIRD, late)).stream().anyMatch(send -> send.message() instanceof Snoop));
    }

    @Test
    void aBusyLineTakesRequestsThoughThereIsNoRoomForAnotherLine() {
        limit(1, 1 << 20);
        from(SECOND, new BusRdX(1, Replica.KEY, 1));
        from(THIRD, new BusRdX(1, Replica.KEY, 2));
        from(THIRD, new SnoopResponse(1, Replica.KEY, 1, false, Optional.empty()));
        List<Memory> fetch = Replica.operations(home.take(new Replica.Timeout()));
        assertEquals(List.of(), fetch);
        assertEquals(1, ((Map<?, ?>) StateEncoder.peek(StateEncoder.peek(home.node, "home"), "lines")).size());
    }

    @Test
    void aWriteBackPastItsHalfIsDroppedAndTakenWhenThereIsRoom() {
        limit(10, 20);
        Memory first = store(from(SECOND, new WriteBack(1, Replica.KEY, value(1, 10))));
        WriteBack second = new WriteBack(1, OTHER, value(2, 10));
        assertEquals(List.of(), from(THIRD, second));
        List<Send> acks = Replica.sends(home.take(new Replica.Answered(first.operation(), new MemoryAnswer.Stored(1))));
        assertEquals(List.of(new Send(SECOND, new WriteBackAck(1, Replica.KEY, 1))), acks);
        store(from(THIRD, second));
    }

    @Test
    void oneValueAlwaysHasRoomAndFailedOnesGiveTheirsBack() {
        limit(10, 4);
        Memory large = store(from(SECOND, new WriteBack(1, Replica.KEY, value(1, 100))));
        assertEquals(List.of(), from(THIRD, new WriteBack(1, OTHER, value(2, 2))));
        home.take(new Replica.Failed(large.operation()));
        store(from(THIRD, new WriteBack(1, OTHER, value(2, 2))));
    }

    @Test
    void snoopedDataHasRoomWhereWriteBacksHaveNone() {
        limit(10, 20);
        from(SECOND, new BusRdX(1, Replica.KEY, 1));
        store(from(THIRD, new WriteBack(1, OTHER, value(2, 10))));
        store(from(THIRD, new SnoopResponse(1, Replica.KEY, 1, false, Optional.of(value(3, 10)))));
    }

    @Test
    void snoopedDataThatFindsNoRoomIsAskedForAgainAndNothingIsGrantedBefore() {
        limit(10, 20);
        from(SECOND, new BusRdX(1, Replica.KEY, 1));
        Memory other = store(from(THIRD, new WriteBack(1, OTHER, value(2, 10))));
        SnoopResponse dirty = new SnoopResponse(1, Replica.KEY, 1, false, Optional.of(value(3, 11)));
        assertEquals(List.of(), from(THIRD, dirty));
        List<Send> again = Replica.sends(home.take(new Replica.Timeout()));
        assertEquals(List.of(new Send(THIRD, new Snoop(1, Replica.KEY, 1, true))), again);
        home.take(new Replica.Answered(other.operation(), new MemoryAnswer.Stored(2)));
        Memory stored = store(from(THIRD, dirty));
        List<Memory> fetch =
                Replica.operations(home.take(new Replica.Answered(stored.operation(), new MemoryAnswer.Stored(3))));
        assertEquals(1, fetch.size());
    }
}
