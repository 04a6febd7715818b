package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The replicated main memory against the list of everything that was ever asked of it. */
class MemoryTableProperties {
    @Property(tries = 500)
    void everyAnswerFollowsFromTheOperationsBefore(@ForAll("operations") List<MemoryOp> operations) {
        MemoryTable table = new MemoryTable();
        for (int i = 0; i < operations.size(); i++) {
            assertEquals(expected(operations.subList(0, i), operations.get(i)), table.apply(operations.get(i)));
        }
    }

    @Property(tries = 200)
    void aRestoredTableGoesOnLikeTheOldOne(
            @ForAll("operations") List<MemoryOp> before, @ForAll("operations") List<MemoryOp> after) {
        MemoryTable table = new MemoryTable();
        before.forEach(table::apply);
        MemoryTable restored = MemoryTable.restore(table.snapshot());
        for (MemoryOp op : after) {
            assertEquals(table.apply(op), restored.apply(op));
        }
        assertEquals(table.snapshot(), restored.snapshot());
        assertEquals(table.size(), restored.size());
    }

    @Property(tries = 200)
    void aSweepTakesTheRangeAndNothingElseInStepsOfItsLimit(
            @ForAll("operations") List<MemoryOp> operations, @ForAll @IntRange(min = 1, max = 3) int limit) {
        MemoryTable table = new MemoryTable();
        operations.forEach(table::apply);
        List<MemoryTable.Entry> before = table.snapshot().entries();
        Bytes from = Bytes.utf8("b");
        Bytes to = Bytes.utf8("c");
        long inRange = before.stream()
                .filter(entry -> entry.key().compareTo(from) >= 0 && entry.key().compareTo(to) < 0)
                .count();
        MemoryAnswer.Swept step = new MemoryAnswer.Swept(0, "");
        int removed = 0;
        do {
            step = (MemoryAnswer.Swept) table.apply(new MemoryOp.Sweep(from, to, step.cursor(), limit));
            assertTrue(step.removed() <= limit);
            removed += step.removed();
        } while (!step.cursor().isEmpty());
        assertEquals(inRange, removed);
        List<MemoryTable.Entry> left = before.stream()
                .filter(entry -> entry.key().compareTo(from) < 0 || entry.key().compareTo(to) >= 0)
                .toList();
        assertEquals(left, table.snapshot().entries());
        assertEquals(
                new MemoryAnswer.Fetched(MemoryValue.ABSENT), table.apply(new MemoryOp.GetFenced(from, 0)), "no fence");
    }

    /** Straight from the contract of {@link MemoryOp}. */
    private static MemoryAnswer expected(List<MemoryOp> before, MemoryOp op) {
        long fence = 0;
        MemoryValue value = MemoryValue.ABSENT;
        for (MemoryOp earlier : before) {
            if (!earlier.key().equals(op.key()) || earlier.epoch() < fence) {
                continue;
            }
            if (earlier instanceof MemoryOp.PutIfNewer put) {
                value = put.value().version() > value.version() ? put.value() : value;
            } else {
                fence = earlier.epoch();
            }
        }
        if (op.epoch() < fence) {
            return new MemoryAnswer.Fenced(fence);
        }
        if (op instanceof MemoryOp.PutIfNewer put) {
            return new MemoryAnswer.Stored(Math.max(put.value().version(), value.version()));
        }
        return new MemoryAnswer.Fetched(value);
    }

    @Provide
    Arbitrary<List<MemoryOp>> operations() {
        Arbitrary<Bytes> keys = Arbitraries.of("a", "b", "b1", "b\u00ff", "c").map(Bytes::utf8);
        Arbitrary<Long> small = Arbitraries.longs().between(1, 4);
        Arbitrary<MemoryOp> gets = Combinators.combine(keys, small).as(MemoryOp.GetFenced::new);
        Arbitrary<MemoryOp> puts = Combinators.combine(keys, small, small)
                .as((key, epoch, version) -> new MemoryOp.PutIfNewer(
                        key, epoch, new MemoryValue(version, false, Bytes.utf8("v" + version), 0, List.of())));
        return Arbitraries.oneOf(gets, puts).list().ofMaxSize(12);
    }
}
