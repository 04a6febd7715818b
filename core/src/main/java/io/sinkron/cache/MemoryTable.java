package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The replicated main memory, for clusters without an external one: {@link MemoryOp}s applied through the log. Pure and deterministic. Each key has a
 * value and a fence, the highest epoch that has read it.
 */
public final class MemoryTable {
    /** What a sweep says when it isn't through: it begins anew, for what it has met is gone. */
    private static final String GO_ON = "more";

    private final NavigableMap<Bytes, Cell> cells = new TreeMap<>();

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
        if (op instanceof MemoryOp.Sweep sweep) {
            return sweep(sweep);
        }
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

    private MemoryAnswer sweep(MemoryOp.Sweep sweep) {
        Iterator<Bytes> keys = cells.tailMap(sweep.from(), true).keySet().iterator();
        for (int removed = 0; removed < sweep.limit(); removed++) {
            if (!keys.hasNext() || keys.next().compareTo(sweep.to()) >= 0) {
                return new MemoryAnswer.Swept(removed, "");
            }
            keys.remove();
        }
        return new MemoryAnswer.Swept(sweep.limit(), GO_ON);
    }

    /** The number of keys known, deleted ones included. */
    public int size() {
        return cells.size();
    }

    /** The whole table. */
    public Snapshot snapshot() {
        List<Entry> entries = new ArrayList<>(cells.size());
        cells.forEach((key, cell) -> entries.add(new Entry(key, cell.value, cell.fence)));
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
