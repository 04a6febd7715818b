package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a home remembers: bounded, forgetful in the safe direction, and kept over a view change where its own grants were the only ones. */
class SnoopFilterTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final NodeId C = NodeId.of("c");
    private static final Bytes ONE = Bytes.utf8("1");
    private static final Bytes TWO = Bytes.utf8("2");
    private static final View ALL = view(1, A, B, C);

    private final SnoopFilter filter = new SnoopFilter(2);

    private static View view(long epoch, NodeId... nodes) {
        return new View(
                epoch, Stream.of(nodes).map(id -> new Member(id, 1, 1, "", "")).toList());
    }

    @Test
    void anUnknownLineAsksEveryoneAndAKnownOneItsHolders() {
        assertEquals(Set.of(B, C), Holders.UNKNOWN.toSnoop(ALL, A, false));
        assertEquals(Set.of(B), new Holders.Owner(B).toSnoop(ALL, A, false));
        assertEquals(Set.of(), new Holders.Owner(B).toSnoop(ALL, B, true));
        assertEquals(Set.of(B), new Holders.Sharers(Set.of(A, B)).toSnoop(ALL, A, true));
        assertEquals(Set.of(), new Holders.Sharers(Set.of(A, B)).toSnoop(ALL, C, false));
    }

    @Test
    void onlyWhoIsKnownNotToOwnTheLineNeedNotBeAsked() {
        assertFalse(Holders.UNKNOWN.isNoOwner(A));
        assertFalse(new Holders.Owner(A).isNoOwner(A));
        assertTrue(new Holders.Owner(A).isNoOwner(B));
        assertTrue(new Holders.Sharers(Set.of(A)).isNoOwner(A));
    }

    @Test
    void aFullFilterForgetsTheLineAskedForTheLongestAgo() {
        filter.put(ONE, new Holders.Owner(A));
        filter.put(TWO, new Holders.Owner(B));
        filter.put(ONE, filter.take(ONE));
        filter.put(Bytes.utf8("3"), new Holders.Owner(C));
        assertEquals(2, filter.size());
        assertEquals(Holders.UNKNOWN, filter.take(TWO));
        assertEquals(new Holders.Owner(A), filter.take(ONE));
    }

    @Test
    void aLineIsUnknownWhileItsTransactionLasts() {
        filter.put(ONE, new Holders.Owner(A));
        filter.take(ONE);
        assertEquals(Holders.UNKNOWN, filter.take(ONE));
    }

    @Test
    void aFilterOfNoLinesKnowsNothing() {
        SnoopFilter none = new SnoopFilter(0);
        none.put(ONE, new Holders.Owner(A));
        assertEquals(Holders.UNKNOWN, none.take(ONE));
    }

    @Test
    void theNextViewKeepsWhatIsLeftOfEachLine() {
        filter.put(ONE, new Holders.Owner(C));
        filter.put(TWO, new Holders.Sharers(Set.of(A, C)));
        filter.viewInstalled(view(2, A, B), true);
        assertEquals(new Holders.Sharers(Set.of()), filter.take(ONE));
        assertEquals(new Holders.Sharers(Set.of(A)), filter.take(TWO));
    }

    @Test
    void aViewAfterAGapForgetsAll() {
        filter.put(ONE, new Holders.Owner(A));
        filter.viewInstalled(view(3, A, B), false);
        assertEquals(0, filter.size());
    }

    @Test
    void linesWithAnotherHomeAreForgottenWhenTheViewIsActive() {
        filter.put(ONE, new Holders.Owner(A));
        Context context = new Context(CacheOptions.DEFAULT, A, () -> 0L);
        context.placement = new Replica.FixedPlacement(B, List.of(A, B));
        filter.viewActive(context);
        assertEquals(0, filter.size());
    }
}
