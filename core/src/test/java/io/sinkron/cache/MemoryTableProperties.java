package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        Arbitrary<Bytes> keys = Arbitraries.of("a", "b").map(Bytes::utf8);
        Arbitrary<Long> small = Arbitraries.longs().between(1, 4);
        Arbitrary<MemoryOp> gets = Combinators.combine(keys, small).as(MemoryOp.GetFenced::new);
        Arbitrary<MemoryOp> puts = Combinators.combine(keys, small, small)
                .as((key, epoch, version) -> new MemoryOp.PutIfNewer(
                        key, epoch, new MemoryValue(version, false, Bytes.utf8("v" + version), 0, List.of())));
        return Arbitraries.oneOf(gets, puts).list().ofMaxSize(12);
    }
}
