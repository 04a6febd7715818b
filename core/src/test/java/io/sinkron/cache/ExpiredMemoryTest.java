package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expired values don't stay in the replicated main memory for ever; what protects their keys does. */
class ExpiredMemoryTest {
    private static final long KEPT = MemoryTable.KEPT_MILLIS;
    private static final Bytes KEY = Bytes.utf8("k");

    private final MemoryTable table = new MemoryTable();

    private static MemoryValue value(long version, long expiresAt) {
        return new MemoryValue(version, false, Bytes.utf8("v" + version), expiresAt, List.of());
    }

    private MemoryValue put(Bytes key, MemoryValue value) {
        table.apply(new MemoryOp.PutIfNewer(key, 3, value));
        return value;
    }

    private MemoryValue read(Bytes key) {
        return ((MemoryAnswer.Fetched) table.apply(new MemoryOp.GetFenced(key, 3))).value();
    }

    @Test
    void anExpiredValueIsGivenUpAfterItsTimeAndKeepsItsVersionAndFence() {
        MemoryValue put = put(KEY, value(7, 1_000));
        read(KEY);
        table.passed(1_000 + KEPT - 1);
        assertEquals(put, read(KEY));
        table.passed(1_000 + KEPT);
        assertEquals(new MemoryValue(7, true, Bytes.EMPTY, 0, List.of()), read(KEY));
        put(KEY, value(7, 0));
        assertTrue(read(KEY).deleted(), "a late duplicate of it isn't newer");
        assertEquals(new MemoryAnswer.Fenced(3), table.apply(new MemoryOp.PutIfNewer(KEY, 2, value(9, 0))));
    }

    @Test
    void aValueThatWasWrittenAnewLivesByItsOwnEnd() {
        put(KEY, value(7, 1_000));
        MemoryValue later = put(KEY, value(8, 5_000));
        table.passed(1_000 + KEPT);
        assertEquals(later, read(KEY));
        MemoryValue forEver = put(KEY, value(9, 0));
        table.passed(Long.MAX_VALUE / 2);
        assertEquals(forEver, read(KEY));
    }

    @Test
    void soManyAtATimeTheEarliestFirst() {
        int count = MemoryTable.MAX_GIVEN_UP + 10;
        for (int i = 0; i < count; i++) {
            put(Bytes.utf8("k" + i), value(1, 1_000L + count - i));
        }
        table.passed(10_000 + KEPT);
        long deleted = table.snapshot().entries().stream()
                .filter(entry -> entry.value().deleted())
                .count();
        assertEquals(MemoryTable.MAX_GIVEN_UP, deleted);
        assertTrue(read(Bytes.utf8("k" + (count - 1))).deleted());
        assertTrue(!read(Bytes.utf8("k0")).deleted());
        table.passed(10_000 + KEPT);
        assertTrue(read(Bytes.utf8("k0")).deleted());
    }

    @Test
    void aRestoredTableAndOneThatWasSweptKnowTheEndsThatAreLeft() {
        put(Bytes.utf8("a"), value(1, 1_000));
        put(Bytes.utf8("b"), value(1, 1_000));
        table.apply(new MemoryOp.Sweep(Bytes.utf8("a"), Bytes.utf8("b"), "", 10));
        MemoryTable restored = MemoryTable.restore(table.snapshot());
        table.passed(1_000 + KEPT);
        restored.passed(1_000 + KEPT);
        assertEquals(table.snapshot(), restored.snapshot());
        assertEquals(1, table.size());
        assertTrue(read(Bytes.utf8("b")).deleted());
    }
}
