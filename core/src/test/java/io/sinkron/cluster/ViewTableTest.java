package io.sinkron.cluster;

import static io.sinkron.cluster.Views.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.ClusterCommand.ActivateView;
import io.sinkron.cluster.ClusterCommand.PrepareView;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ViewTableTest {
    private final ViewTable table = new ViewTable();

    @Test
    void beforeTheFirstViewTheEmptyOneIsActive() {
        assertEquals(View.EMPTY, table.current());
        assertEquals(View.EMPTY, table.active());
        assertTrue(table.isActive());
    }

    @Test
    void aViewIsPreparedFirstAndThenActive() {
        assertTrue(table.apply(prepare(0, member("n2", 1), member("n1", 1))));
        assertEquals(new View(1, List.of(member("n1", 1), member("n2", 1))), table.current());
        assertEquals(View.EMPTY, table.active());
        assertFalse(table.isActive());

        assertTrue(table.apply(new ActivateView(1)));
        assertEquals(table.current(), table.active());
        assertTrue(table.isActive());
        assertFalse(table.apply(new ActivateView(1)), "a second activation changes nothing");
    }

    @Test
    void aFurtherViewSupersedesAnUnfinishedOne() {
        table.apply(prepare(0, member("n1", 1), member("n2", 1)));
        table.apply(new ActivateView(1));
        table.apply(prepare(1, member("n1", 1), member("n2", 1), member("n3", 1)));
        assertTrue(table.apply(prepare(2, member("n1", 1))));
        assertEquals(3, table.current().epoch());
        assertEquals(1, table.active().epoch());
        assertFalse(table.apply(new ActivateView(2)), "the unfinished one is never activated");
        assertTrue(table.apply(new ActivateView(3)));
    }

    @Test
    void commandsThatDoNotFitHaveNoEffect() {
        table.apply(prepare(0, member("n1", 1)));
        ViewTable.Snapshot before = table.snapshot();
        assertFalse(table.apply(prepare(0, member("n2", 1))), "an earlier epoch");
        assertFalse(table.apply(prepare(2, member("n2", 1))), "a later epoch");
        assertFalse(table.apply(prepare(1)), "no members");
        assertFalse(table.apply(prepare(1, member("n2", 1), member("n2", 2))), "a member twice");
        assertFalse(table.apply(new ActivateView(0)), "activation of an earlier epoch");
        assertFalse(table.apply(new ActivateView(2)), "activation of a later epoch");
        assertEquals(before, table.snapshot());
    }

    @Test
    void aMemberFromThePastIsLeftOut() {
        table.apply(prepare(0, member("n1", 5), member("n2", 1)));
        table.apply(prepare(1, member("n2", 1)));
        assertTrue(table.apply(prepare(2, member("n1", 4), member("n2", 1))));
        assertEquals(List.of(member("n2", 1)), table.current().members());
        assertFalse(table.apply(prepare(3, member("n1", 4))), "nobody would be left");
        assertTrue(table.apply(prepare(3, member("n1", 6), member("n2", 1))));
        assertTrue(table.current().has(member("n1", 6).id(), 6));
    }

    @Property(tries = 300)
    void whateverIsAppliedEpochsGrowByOneAndIncarnationsNeverFall(@ForAll("commands") List<ClusterCommand> commands) {
        ViewTable all = new ViewTable();
        java.util.TreeMap<String, Long> highest = new java.util.TreeMap<>();
        for (ClusterCommand command : commands) {
            long epoch = all.current().epoch();
            long active = all.active().epoch();
            ViewTable.Snapshot before = all.snapshot();
            boolean effect = all.apply(command);
            assertEquals(effect, !before.equals(all.snapshot()));
            assertTrue(all.current().epoch() == epoch || all.current().epoch() == epoch + 1);
            assertTrue(all.active().epoch() == active
                    || all.active().epoch() == all.current().epoch());
            assertTrue(epoch == 0 || !all.current().members().isEmpty());
            if (all.current().epoch() > epoch) {
                for (Member member : all.current().members()) {
                    Long last = highest.put(member.id().value(), member.incarnation());
                    assertTrue(last == null || last <= member.incarnation());
                }
            }
        }
    }

    @Property(tries = 200)
    void aRestoredTableGoesOnLikeTheOriginal(
            @ForAll("commands") List<ClusterCommand> first, @ForAll("commands") List<ClusterCommand> second) {
        ViewTable original = new ViewTable();
        first.forEach(original::apply);
        ViewTable restored = ViewTable.restore(original.snapshot());
        assertEquals(original.snapshot(), restored.snapshot());
        for (ClusterCommand command : second) {
            assertEquals(original.apply(command), restored.apply(command));
            assertEquals(original.snapshot(), restored.snapshot());
        }
    }

    @Provide
    Arbitrary<List<ClusterCommand>> commands() {
        Arbitrary<Member> members = Combinators.combine(
                        Arbitraries.of("n1", "n2", "n3"), Arbitraries.longs().between(1, 4))
                .as(Views::member);
        Arbitrary<Long> epochs = Arbitraries.longs().between(0, 6);
        Arbitrary<ClusterCommand> prepares =
                Combinators.combine(epochs, members.list().ofMaxSize(3)).as(PrepareView::new);
        Arbitrary<ClusterCommand> activates = epochs.map(ActivateView::new);
        return Arbitraries.oneOf(prepares, activates).list().ofMaxSize(60);
    }

    private static PrepareView prepare(long expectedEpoch, Member... members) {
        return new PrepareView(expectedEpoch, List.of(members));
    }
}
