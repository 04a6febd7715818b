package io.sinkron.cache;

import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.List;

/** Main memory in a search: with one cell that a planted bug may set as no real memory would. */
final class MemoryCell {
    private MemoryTable table;

    MemoryCell(MemoryTable.Snapshot snapshot) {
        table = MemoryTable.restore(snapshot);
    }

    MemoryAnswer apply(MemoryOp op) {
        return table.apply(op);
    }

    MemoryTable.Snapshot snapshot() {
        return table.snapshot();
    }

    MemoryValue value() {
        List<MemoryTable.Entry> entries = table.snapshot().entries();
        return entries.isEmpty() ? MemoryValue.ABSENT : entries.get(0).value();
    }

    long fence() {
        List<MemoryTable.Entry> entries = table.snapshot().entries();
        return entries.isEmpty() ? 0 : entries.get(0).fence();
    }

    /** Sets the cell as no real memory would. */
    void overwrite(MemoryValue value, long fence) {
        table = MemoryTable.restore(
                new MemoryTable.Snapshot(List.of(new MemoryTable.Entry(Replica.KEY, value, fence))));
    }
}
