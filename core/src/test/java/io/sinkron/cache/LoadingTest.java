package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheAnswer.Awaited;
import io.sinkron.cache.CacheAnswer.BeingLoaded;
import io.sinkron.cache.CacheAnswer.ClaimLost;
import io.sinkron.cache.CacheAnswer.Claimed;
import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheRequest.Await;
import io.sinkron.cache.CacheRequest.Claim;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Fulfil;
import io.sinkron.cache.CacheRequest.Unclaim;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import org.junit.jupiter.api.Test;

/** Loading once for all nodes: claims, what befalls them, and who waits for them. The home is the first node. */
class LoadingTest {
    private static final Bytes KEY = Replica.KEY;
    private static final long MILLI = 1_000_000;

    private final Bench bench = new Bench(3);

    private long claim(int node) {
        return bench.call(node, new Claim(KEY, 1_000));
    }

    private Claimed claimed(int node) {
        long call = claim(node);
        bench.settle();
        return assertInstanceOf(Claimed.class, bench.answer(call));
    }

    private long fulfil(int node, long claim, String value) {
        long call = bench.call(node, new Fulfil(KEY, Bytes.utf8(value), claim, 0, Durability.BACKED_UP));
        bench.settle();
        return call;
    }

    private String read(int node) {
        long call = bench.get(node);
        bench.settle();
        return bench.text(call);
    }

    private boolean isAbsent(int node) {
        long call = bench.get(node);
        bench.settle();
        return bench.answer(call) instanceof CacheAnswer.NoSuchKey;
    }

    @Test
    void oneClaimsTheOthersAreToldAndAllReadWhatItLoads() {
        Claimed claim = claimed(2);
        assertTrue(isAbsent(3), "a claimed key is absent");
        long other = claim(3);
        bench.settle();
        BeingLoaded loading = assertInstanceOf(BeingLoaded.class, bench.answer(other));
        assertEquals(claim.version(), loading.version());
        assertEquals(1_000, loading.leftMillis());
        assertTrue(bench.isWritten(fulfil(2, claim.version(), "loaded")));
        assertEquals("loaded", read(3));
        long late = claim(3);
        bench.settle();
        assertEquals("loaded", bench.text(late));
    }

    @Test
    void ofClaimsAtOnceOneIsGranted() {
        long[] calls = {claim(1), claim(2), claim(3), claim(2)};
        bench.settle();
        int granted = 0;
        for (long call : calls) {
            granted += bench.answer(call) instanceof Claimed ? 1 : 0;
        }
        assertEquals(1, granted);
        assertEquals(4, bench.answers.size());
    }

    @Test
    void whoHasACopyOfTheClaimIsToldWithoutTakingTheLineAway() {
        claimed(2);
        assertTrue(isAbsent(3));
        assertEquals(ControllerState.S, bench.state(3));
        long other = claim(3);
        assertInstanceOf(BeingLoaded.class, bench.answer(other));
        assertEquals(0, bench.way.size());
        assertEquals(ControllerState.S, bench.state(2));
    }

    @Test
    void aClaimWaitsForNoBackupUnlessWhatItSawIsUnsafe() {
        bench.own(2, "old");
        bench.settle();
        long delete = bench.delete(2);
        long claim = claim(2);
        assertNull(bench.answer(claim), "the delete that it saw could still be lost");
        bench.deliver(Backup.class, 1);
        assertNull(bench.answer(delete));
        bench.settle();
        assertEquals(new CacheAnswer.Deleted(KEY, true), bench.answer(delete));
        assertInstanceOf(Claimed.class, bench.answer(claim));
        long unclaim = bench.call(2, new Unclaim(KEY, ((Claimed) bench.answer(claim)).version()));
        bench.settle();
        assertTrue(bench.isWritten(unclaim));
        long again = claim(2);
        assertInstanceOf(Claimed.class, bench.answer(again), "at once");
    }

    @Test
    void aPutDuringTheLoadWins() {
        Claimed claim = claimed(2);
        assertTrue(bench.isWritten(put(3, "newer")));
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, claim.version(), "loaded")));
        assertEquals("newer", read(1));
    }

    private long put(int node, String value) {
        long call = bench.put(node, value);
        bench.settle();
        return call;
    }

    @Test
    void aDeleteDuringTheLoadWinsThoughThereIsNothingToDelete() {
        Claimed claim = claimed(2);
        long delete = bench.delete(3);
        bench.settle();
        assertEquals(new CacheAnswer.Deleted(KEY, false), bench.answer(delete));
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, claim.version(), "outdated")));
        assertTrue(isAbsent(1));
        claimed(1);
    }

    @Test
    void aDeleteBehindTheEndOfTheClaimWinsToo() {
        Claimed claim = claimed(2);
        pass(2_000);
        bench.delete(3);
        bench.settle();
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, claim.version(), "outdated")));
        assertTrue(isAbsent(1));
    }

    @Test
    void aPutAndADeleteDuringTheLoadWin() {
        Claimed claim = claimed(2);
        put(3, "newer");
        bench.delete(1);
        bench.settle();
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, claim.version(), "outdated")));
        assertTrue(isAbsent(3));
    }

    @Test
    void aHolderThatDiesHoldsUpNobodyForLongerThanItsClaim() {
        claimed(2);
        bench.crash(2);
        bench.view(2, 0, 0, 2);
        bench.settle();
        claimed(3);
    }

    @Test
    void aClaimThatOthersHaveSeenEndsByItsTimeThoughItsHolderIsDead() {
        Claimed claim = claimed(2);
        assertTrue(isAbsent(3));
        bench.crash(2);
        bench.view(2, 0, 0, 2);
        bench.settle();
        long early = claim(3);
        bench.settle();
        assertEquals(claim.version(), ((BeingLoaded) bench.answer(early)).version());
        pass(999);
        long last = claim(3);
        bench.settle();
        assertEquals(1, ((BeingLoaded) bench.answer(last)).leftMillis());
        pass(1);
        assertTrue(claimed(3).version() > claim.version());
    }

    /** Time passes, with nothing to be sent again. */
    private void pass(long millis) {
        bench.replicas.forEach(replica -> replica.now += millis * MILLI);
    }

    @Test
    void aLateLoadCountsIfNobodyHasComeMeanwhile() {
        Claimed claim = claimed(2);
        pass(5_000);
        assertTrue(isAbsent(3));
        assertTrue(bench.isWritten(fulfil(2, claim.version(), "late")));
        assertEquals("late", read(3));
    }

    @Test
    void aLateLoadIsDroppedIfAnotherHasClaimed() {
        Claimed first = claimed(2);
        pass(5_000);
        Claimed second = claimed(3);
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, first.version(), "late")));
        assertTrue(bench.isWritten(fulfil(3, second.version(), "loaded")));
        assertEquals("loaded", read(1));
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, first.version(), "later still")));
        assertEquals("loaded", read(1));
    }

    @Test
    void aFailedLoadGivesTheClaimBack() {
        Claimed first = claimed(2);
        long unclaim = bench.call(2, new Unclaim(KEY, first.version()));
        bench.settle();
        assertTrue(bench.isWritten(unclaim));
        Claimed second = claimed(3);
        long stranger = bench.call(2, new Unclaim(KEY, first.version()));
        bench.settle();
        assertInstanceOf(ClaimLost.class, bench.answer(stranger), "that claim is another's");
        assertTrue(bench.isWritten(fulfil(3, second.version(), "loaded")));
    }

    @Test
    void aClaimOutlivesTheEvictionOfItsLine() {
        Claimed claim = claimed(2);
        bench.turn(bench.n(2), new Replica.Evicted());
        bench.settle();
        assertEquals(ControllerState.I, bench.state(2));
        assertEquals(1, bench.memory.snapshot().entries().size());
        assertTrue(bench.memory.snapshot().entries().get(0).value().expiresAtMillis() > 0);
        long other = claim(3);
        bench.settle();
        assertInstanceOf(BeingLoaded.class, bench.answer(other));
        assertTrue(bench.isWritten(fulfil(2, claim.version(), "loaded")));
        assertEquals("loaded", read(3));
    }

    @Test
    void aClaimThatIsBackedUpIsRecoveredFromItsBackup() {
        Claimed claim = claimed(2);
        long other = claim(2);
        bench.settle();
        assertInstanceOf(BeingLoaded.class, bench.answer(other), "its version had to be safe: it is backed up now");
        bench.crash(2);
        bench.prepare(2, 0, 2);
        bench.activate(0);
        bench.settle();
        long late = claim(3);
        bench.settle();
        assertEquals(claim.version(), ((BeingLoaded) bench.answer(late)).version());
    }

    @Test
    void aHolderThatWasTakenForDeadLosesItsClaim() {
        Claimed claim = claimed(2);
        bench.view(2, 0, 0, 2);
        bench.settle();
        Claimed second = claimed(3);
        bench.view(3, 0, 0, 1, 2);
        bench.settle();
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, claim.version(), "outdated")));
        assertTrue(bench.isWritten(fulfil(3, second.version(), "loaded")));
    }

    @Test
    void whoWaitsHearsOfTheLoadWhenItsCopyIsInvalidated() {
        Claimed claim = claimed(2);
        assertTrue(isAbsent(3));
        long first = bench.call(3, new Await(KEY, claim.version()));
        long second = bench.call(3, new Await(KEY, claim.version()));
        bench.settle();
        assertNull(bench.answer(first));
        fulfil(2, claim.version(), "loaded");
        assertEquals(new Awaited(KEY, true), bench.answer(first));
        assertEquals(new Awaited(KEY, true), bench.answer(second));
        assertEquals("loaded", read(3));
    }

    @Test
    void whoWaitsAtTheHoldersNodeHearsOfTheWriteItself() {
        Claimed claim = claimed(2);
        long waiting = bench.call(2, new Await(KEY, claim.version()));
        assertNull(bench.answer(waiting), "the claim isn't shown to readers, but it is what it knows");
        fulfil(2, claim.version(), "loaded");
        assertEquals(new Awaited(KEY, true), bench.answer(waiting));
    }

    @Test
    void thereIsNothingToWaitForWithoutACopyOfThatVersion() {
        Claimed claim = claimed(2);
        assertEquals(new Awaited(KEY, true), bench.answer(bench.call(3, new Await(KEY, claim.version()))));
        assertTrue(isAbsent(3));
        assertEquals(new Awaited(KEY, true), bench.answer(bench.call(3, new Await(KEY, claim.version() - 1))));
    }

    @Test
    void aCopyThatLeavesEndsTheWaiting() {
        Claimed claim = claimed(2);
        assertTrue(isAbsent(3));
        long evicted = bench.call(3, new Await(KEY, claim.version()));
        bench.turn(bench.n(3), new Replica.Evicted());
        assertEquals(new Awaited(KEY, true), bench.answer(evicted));
        assertFalse(bench.n(3).lines.size() > 0, "nothing keeps the line");
        assertTrue(isAbsent(3));
        long without = bench.call(3, new Await(KEY, claim.version()));
        bench.turn(bench.n(3), new Replica.Lease(false));
        assertEquals(new Awaited(KEY, true), bench.answer(without));
        assertEquals(new Awaited(KEY, true), bench.answer(bench.call(3, new Await(KEY, claim.version()))));
    }

    @Test
    void waitingEndsWithItsDeadlineAndCanBeGivenUp() {
        Lone lone = new Lone(CacheOptions.DEFAULT);
        Claimed claim = (Claimed) lone.answer(lone.call(new Claim(KEY, 10_000)));
        long late = lone.call(new Await(KEY, claim.version()));
        long cancelled = lone.call(new Await(KEY, claim.version()));
        lone.node.cancel(cancelled, lone.now);
        lone.turn();
        assertEquals(new Refusal.Cancelled(), lone.answer(cancelled));
        lone.tick(lone.timeout - 1);
        assertNull(lone.answer(late));
        lone.tick(1);
        assertEquals(new Awaited(KEY, false), lone.answer(late));
    }

    /** The claim's line is asked for while another node's write is on its way: the claim is performed in the grant, after that write. */
    @Test
    void aClaimThatCrossesAPutFindsItsValueOrLosesToIt() {
        long claim = claim(2);
        long put = bench.put(3, "new");
        bench.deliver(BusRdX.class, 1);
        bench.deliver(BusRdX.class, 1);
        bench.settle();
        Claimed granted = assertInstanceOf(Claimed.class, bench.answer(claim), "it came first");
        assertTrue(bench.isWritten(put));
        assertInstanceOf(ClaimLost.class, bench.answer(fulfil(2, granted.version(), "loaded")));
        assertEquals("new", read(1));
    }
}
