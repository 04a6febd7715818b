package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The replicated main memory, for clusters without an external one: {@link MemoryOp}s applied through the log. Pure and deterministic. Each key has a
 * value and a fence, the highest epoch that has read it.
 */
public final class MemoryTable {
    private final Map<Bytes, Cell> cells = new HashMap<>();

    private static final class Cell {
        private MemoryValue value = MemoryValue.ABSENT;
        private long fence;
    }

    /** An empty table. */
    public MemoryTable() {}

    /**
     * Everything in the table; equal tables give equal snapshots. Immutable.
     *
     * @param entries in order of their keys
     */
    public record Snapshot(List<Entry> entries) {
        /** Takes an immutable copy. */
        public Snapshot {
            entries = List.copyOf(entries);
        }
    }

    /** One key. */
    public record Entry(Bytes key, MemoryValue value, long fence) {}

    /** Does one operation. */
    public MemoryAnswer apply(MemoryOp op) {
        Cell cell = cells.computeIfAbsent(op.key(), key -> new Cell());
        if (op.epoch() < cell.fence) {
            return new MemoryAnswer.Fenced(cell.fence);
        }
        if (op instanceof MemoryOp.PutIfNewer put) {
            if (put.value().version() > cell.value.version()) {
                cell.value = put.value();
            }
            return new MemoryAnswer.Stored(cell.value.version());
        }
        cell.fence = op.epoch();
        return new MemoryAnswer.Fetched(cell.value);
    }

    /** The number of keys known, deleted ones included. */
    public int size() {
        return cells.size();
    }

    /** The whole table. */
    public Snapshot snapshot() {
        List<Entry> entries = new ArrayList<>(cells.size());
        cells.forEach((key, cell) -> entries.add(new Entry(key, cell.value, cell.fence)));
        entries.sort((a, b) -> a.key().compareTo(b.key()));
        return new Snapshot(entries);
    }

    /** The table that a snapshot was taken of. */
    public static MemoryTable restore(Snapshot snapshot) {
        MemoryTable table = new MemoryTable();
        for (Entry entry : snapshot.entries()) {
            Cell cell = new Cell();
            cell.value = entry.value();
            cell.fence = entry.fence();
            table.cells.put(entry.key(), cell);
        }
        return table;
    }
}
