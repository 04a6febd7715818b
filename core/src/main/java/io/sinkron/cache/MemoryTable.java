package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The replicated main memory, for clusters without an external one: {@link MemoryOp}s applied through the log. Pure and deterministic. Each key has a
 * value and a fence, the highest epoch that has read it.
 *
 * <p>A value that has expired is given up {@value #KEPT_MILLIS} ms later: by then every node's idea of the time says so too, and every idempotency key in it is over.
 * The key's version and fence stay.
 */
public final class MemoryTable {
    /** What a sweep says when it isn't through: it begins anew, for what it has met is gone. */
    private static final String GO_ON = "more";

    /** For how long an expired value is kept, in cluster time. */
    static final long KEPT_MILLIS = 600_000;

    /** The most values that are given up at a time. */
    static final int MAX_GIVEN_UP = 64;

    private final NavigableMap<Bytes, Cell> cells = new TreeMap<>();

    /** The ends of all values that have one, the earliest first. */
    private final NavigableSet<End> ends =
            new TreeSet<>(Comparator.comparingLong(End::atMillis).thenComparing(End::key));

    private record End(long atMillis, Bytes key) {}

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
                replace(op.key(), cell, put.value());
            }
            return new MemoryAnswer.Stored(cell.value.version());
        }
        cell.fence = op.epoch();
        return new MemoryAnswer.Fetched(cell.value);
    }

    private void replace(Bytes key, Cell cell, MemoryValue value) {
        end(key, cell).ifPresent(ends::remove);
        cell.value = value;
        end(key, cell).ifPresent(ends::add);
    }

    private static Optional<End> end(Bytes key, Cell cell) {
        long at = cell.value.expiresAtMillis();
        return at == 0 ? Optional.empty() : Optional.of(new End(at, key));
    }

    /** It is this time in the cluster: gives up what has expired long before, some of it at a time. */
    public void passed(long clusterMillis) {
        for (int i = 0; i < MAX_GIVEN_UP && !ends.isEmpty(); i++) {
            End first = ends.first();
            if (clusterMillis - first.atMillis() < KEPT_MILLIS) {
                return;
            }
            Cell cell = cells.get(first.key());
            replace(first.key(), cell, new MemoryValue(cell.value.version(), true, Bytes.EMPTY, 0, List.of()));
        }
    }

    private MemoryAnswer sweep(MemoryOp.Sweep sweep) {
        Iterator<Map.Entry<Bytes, Cell>> keys =
                cells.tailMap(sweep.from(), true).entrySet().iterator();
        for (int removed = 0; removed < sweep.limit(); removed++) {
            Map.Entry<Bytes, Cell> next = keys.hasNext() ? keys.next() : null;
            if (next == null || next.getKey().compareTo(sweep.to()) >= 0) {
                return new MemoryAnswer.Swept(removed, "");
            }
            end(next.getKey(), next.getValue()).ifPresent(ends::remove);
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
            table.replace(entry.key(), cell, entry.value());
            cell.fence = entry.fence();
            table.cells.put(entry.key(), cell);
        }
        return table;
    }
}
