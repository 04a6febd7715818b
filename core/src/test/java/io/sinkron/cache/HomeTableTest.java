package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.BusUpgr;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The home's table of docs/mesi.md, row by row: one home of three nodes, spoken to by hand. Its own cache has nothing, and answers inside. */
class HomeTableTest {
    private static final NodeId SECOND = NodeId.of("n2");
    private static final NodeId THIRD = NodeId.of("n3");
    private static final MemoryValue DIRTY = new MemoryValue(9, false, Bytes.utf8("dirty"), 0, List.of());
    private static final MemoryValue STORED = new MemoryValue(4, false, Bytes.utf8("stored"), 0, List.of());

    private final Replica home = new Replica(NodeId.of("n1"));

    HomeTableTest() {
        View view = new View(
                1,
                Stream.of("n1", "n2", "n3")
                        .map(id -> new Member(NodeId.of(id), 1, 1, "", ""))
                        .toList());
        home.take(new Replica.Active(view, Replica.FixedPlacement.of(view, home.id)));
    }

    private List<CacheEffect> from(NodeId node, CacheMessage message) {
        return home.take(new Replica.Deliver(node, message));
    }

    private List<CacheEffect> read(NodeId node, long request) {
        return from(node, new BusRd(1, Replica.KEY, request));
    }

    private List<CacheEffect> answered(NodeId node, long txn, boolean kept, MemoryValue dirty) {
        return from(node, new SnoopResponse(1, Replica.KEY, txn, kept, Optional.ofNullable(dirty)));
    }

    private List<CacheEffect> fetched(long operation) {
        return home.take(new Replica.Answered(operation, new MemoryAnswer.Fetched(STORED)));
    }

    private static Snoop snoop(long txn, boolean exclusive) {
        return new Snoop(1, Replica.KEY, txn, exclusive);
    }

    private static Grant granted(long request, long txn, Permission permission) {
        return new Grant(1, Replica.KEY, request, txn, permission, Optional.of(STORED));
    }

    private static CacheEffect send(NodeId to, CacheMessage message) {
        return new CacheEffect.Send(to, message);
    }

    private static CacheEffect fetch(long operation) {
        return new CacheEffect.Memory(operation, new MemoryOp.GetFenced(Replica.KEY, 1));
    }

    private static CacheEffect store(long operation) {
        return new CacheEffect.Memory(operation, new MemoryOp.PutIfNewer(Replica.KEY, 1, DIRTY));
    }

    @Test
    void aRequestSnoopsAllOthersThenReadsMemoryThenGrants() {
        assertEquals(List.of(send(THIRD, snoop(1, false))), read(SECOND, 5));
        assertEquals(List.of(fetch(1)), answered(THIRD, 1, false, null));
        assertEquals(List.of(send(SECOND, granted(5, 1, Permission.EXCLUSIVE))), fetched(1));
        assertEquals(List.of(), from(SECOND, new GrantAck(1, Replica.KEY, 1, true)));
        assertTrue(home.facts().isQuiet());
    }

    @Test
    void aReaderGetsAShareIfAnybodyKeptACopy() {
        read(SECOND, 5);
        answered(THIRD, 1, true, null);
        assertEquals(List.of(send(SECOND, granted(5, 1, Permission.SHARED))), fetched(1));
    }

    @Test
    void aWriterGetsTheLineWhoeverHadIt() {
        assertEquals(List.of(send(THIRD, snoop(1, true))), from(SECOND, new BusRdX(1, Replica.KEY, 5)));
        answered(THIRD, 1, false, null);
        assertEquals(List.of(send(SECOND, granted(5, 1, Permission.MODIFY))), fetched(1));
    }

    @Test
    void dirtyDataIsInMemoryBeforeAReaderIsGrantedIt() {
        read(SECOND, 5);
        assertEquals(List.of(store(1)), answered(THIRD, 1, true, DIRTY));
        Grant grant = new Grant(1, Replica.KEY, 5, 1, Permission.SHARED, Optional.of(DIRTY));
        assertEquals(
                List.of(send(THIRD, new WriteBackAck(1, Replica.KEY, 9)), send(SECOND, grant)),
                home.take(new Replica.Answered(1, new MemoryAnswer.Stored(9))));
    }

    @Test
    void dirtyDataOfACopyThatIsNotReadableMayBeOutdatedSoMemoryIsRead() {
        read(SECOND, 5);
        assertEquals(List.of(store(1)), answered(THIRD, 1, false, DIRTY));
        assertEquals(
                List.of(send(THIRD, new WriteBackAck(1, Replica.KEY, 9)), fetch(2)),
                home.take(new Replica.Answered(1, new MemoryAnswer.Stored(9))));
    }

    @Test
    void anAnswerToAnotherTransactionCountsForNothingButItsDataIsStored() {
        read(SECOND, 5);
        assertEquals(List.of(), answered(THIRD, 77, false, null));
        assertEquals(List.of(store(1)), answered(THIRD, 77, false, DIRTY));
        assertEquals(
                List.of(send(THIRD, new WriteBackAck(1, Replica.KEY, 9))),
                home.take(new Replica.Answered(1, new MemoryAnswer.Stored(9))));
        assertEquals(List.of(fetch(2)), answered(THIRD, 1, false, null));
    }

    @Test
    void aWriteBackIsStoredInEveryStateAndOnceAtATime() {
        WriteBack writeBack = new WriteBack(1, Replica.KEY, DIRTY);
        assertEquals(List.of(store(1)), from(THIRD, writeBack));
        assertEquals(List.of(), from(THIRD, writeBack), "it is on its way into memory already");
        assertEquals(
                List.of(send(THIRD, new WriteBackAck(1, Replica.KEY, 9))),
                home.take(new Replica.Answered(1, new MemoryAnswer.Stored(9))));
        read(SECOND, 5);
        assertEquals(List.of(store(2)), from(THIRD, writeBack));
    }

    @Test
    void requestsWaitInOrderAndANodesNewerOneTakesThePlaceOfItsOlder() {
        read(SECOND, 5);
        assertEquals(List.of(), read(THIRD, 8));
        assertEquals(List.of(), read(THIRD, 9));
        assertEquals(List.of(), read(THIRD, 8), "an old duplicate");
        answered(THIRD, 1, false, null);
        fetched(1);
        assertEquals(List.of(send(SECOND, snoop(2, false))), from(SECOND, new GrantAck(1, Replica.KEY, 1, true)));
        answered(SECOND, 2, true, null);
        assertEquals(List.of(send(THIRD, granted(9, 2, Permission.SHARED))), fetched(2));
    }

    @Test
    void aGrantIsRepeatedToWhoAsksAgainAndAfterAWait() {
        read(SECOND, 5);
        answered(THIRD, 1, false, null);
        fetched(1);
        CacheEffect grant = send(SECOND, granted(5, 1, Permission.EXCLUSIVE));
        assertEquals(List.of(grant), read(SECOND, 5));
        assertEquals(List.of(grant), home.take(new Replica.Timeout()));
    }

    @Test
    void onlyTheRequestersWordOnThisGrantEndsTheTransaction() {
        read(SECOND, 5);
        answered(THIRD, 1, false, null);
        from(SECOND, new GrantAck(1, Replica.KEY, 1, true));
        fetched(1);
        from(THIRD, new GrantAck(1, Replica.KEY, 1, true));
        from(SECOND, new GrantAck(1, Replica.KEY, 2, true));
        assertEquals(1, read(SECOND, 5).size(), "it is still granting");
        from(SECOND, new GrantAck(1, Replica.KEY, 1, false));
        assertTrue(home.facts().isQuiet());
    }

    @Test
    void whoDoesNotAnswerIsSnoopedAgain() {
        read(SECOND, 5);
        assertEquals(List.of(send(THIRD, snoop(1, false))), home.take(new Replica.Timeout()));
    }

    @Test
    void aFailedReadOfMemoryIsTriedAgain() {
        read(SECOND, 5);
        answered(THIRD, 1, false, null);
        assertEquals(List.of(), home.take(new Replica.Failed(1)));
        assertEquals(List.of(fetch(2)), home.take(new Replica.Timeout()));
    }

    @Test
    void aFenceAboveTheEpochEndsATransactionWithoutAGrant() {
        read(SECOND, 5);
        answered(THIRD, 1, false, null);
        assertEquals(List.of(), home.take(new Replica.Answered(1, new MemoryAnswer.Fenced(2))));
        assertTrue(home.facts().isQuiet());
    }

    private void owns(NodeId node, NodeId other) {
        read(node, 1);
        answered(other, 1, false, null);
        fetched(1);
        from(node, new GrantAck(1, Replica.KEY, 1, true));
    }

    private void share() {
        owns(SECOND, THIRD);
        read(THIRD, 1);
        answered(SECOND, 2, true, null);
        fetched(2);
        from(THIRD, new GrantAck(1, Replica.KEY, 2, true));
    }

    @Test
    void aKnownOwnerAloneIsSnooped() {
        owns(SECOND, THIRD);
        assertEquals(List.of(send(SECOND, snoop(2, false))), read(THIRD, 1));
    }

    @Test
    void anOwnerThatAsksAgainHasEvictedTheLineAndNobodyIsSnooped() {
        owns(SECOND, THIRD);
        assertEquals(List.of(fetch(2)), read(SECOND, 2));
        assertEquals(List.of(send(SECOND, granted(2, 2, Permission.EXCLUSIVE))), fetched(2));
    }

    @Test
    void aReadOfASharedLineSnoopsNobodyAndAddsASharer() {
        share();
        home.take(new Replica.Called(1, new CacheRequest.Get(Replica.KEY)));
        fetched(3);
        assertEquals(
                List.of(send(SECOND, snoop(4, true)), send(THIRD, snoop(4, true))),
                home.take(new Replica.Called(
                        2,
                        new CacheRequest.Delete(
                                Replica.KEY, -1, CacheRequest.Durability.WRITE_BACK, Optional.empty()))));
    }

    @Test
    void theHomesOwnReadableCopyIsGrantedWithoutReadingMemory() {
        owns(SECOND, THIRD);
        home.take(new Replica.Called(1, new CacheRequest.Get(Replica.KEY)));
        answered(SECOND, 2, true, null);
        fetched(2);
        assertEquals(List.of(send(THIRD, granted(7, 3, Permission.SHARED))), read(THIRD, 7));
    }

    @Test
    void aHomeWithoutALeaseTrustsMemoryOnly() {
        owns(SECOND, THIRD);
        home.take(new Replica.Called(1, new CacheRequest.Get(Replica.KEY)));
        answered(SECOND, 2, true, null);
        fetched(2);
        home.take(new Replica.Lease(false));
        assertEquals(List.of(fetch(3)), read(THIRD, 7));
    }

    @Test
    void aKnownSharerIsGrantedItsUpgradeWithoutData() {
        share();
        assertEquals(List.of(send(THIRD, snoop(3, true))), from(SECOND, new BusUpgr(1, Replica.KEY, 6)));
        Grant grant = new Grant(1, Replica.KEY, 6, 3, Permission.MODIFY_IN_PLACE, Optional.empty());
        assertEquals(List.of(send(SECOND, grant)), answered(THIRD, 3, false, null));
    }

    @Test
    void anUpgradeOfAnUnknownLineIsGrantedWithData() {
        from(SECOND, new BusUpgr(1, Replica.KEY, 6));
        assertEquals(List.of(fetch(1)), answered(THIRD, 1, false, null));
    }

    @Test
    void aDeclinedGrantLeavesTheLineUnknown() {
        share();
        from(SECOND, new BusRdX(1, Replica.KEY, 6));
        answered(THIRD, 3, false, null);
        fetched(3);
        from(SECOND, new GrantAck(1, Replica.KEY, 3, false));
        assertEquals(List.of(send(SECOND, snoop(4, false))), read(THIRD, 9));
    }

    @Test
    void waitingReadersShareOneGrantButNoneOvertakesAWriter() {
        owns(SECOND, THIRD);
        from(SECOND, new BusRdX(1, Replica.KEY, 4));
        read(THIRD, 5);
        home.take(new Replica.Called(1, new CacheRequest.Get(Replica.KEY)));
        fetched(2);
        assertEquals(
                List.of(send(SECOND, snoop(3, false))),
                from(SECOND, new GrantAck(1, Replica.KEY, 2, true)),
                "the readers' transaction");
        from(SECOND, new BusRdX(1, Replica.KEY, 6));
        answered(SECOND, 3, false, null);
        assertEquals(send(THIRD, granted(5, 3, Permission.SHARED)), fetched(3).get(0));
        assertEquals(ControllerState.S, home.line().state, "in the same transaction");
        List<CacheEffect> after = from(THIRD, new GrantAck(1, Replica.KEY, 3, true));
        assertEquals(send(THIRD, snoop(4, true)), after.get(0), "then the writer");
    }

    @Test
    void aReaderBehindAWriterWaitsForIt() {
        owns(SECOND, THIRD);
        read(THIRD, 5);
        from(SECOND, new BusRdX(1, Replica.KEY, 6));
        home.take(new Replica.Called(1, new CacheRequest.Get(Replica.KEY)));
        answered(SECOND, 2, false, null);
        assertEquals(List.of(send(THIRD, granted(5, 2, Permission.EXCLUSIVE))), fetched(2));
        assertEquals(ControllerState.IS_D, home.line().state, "the home's read came after the write");
    }
}
