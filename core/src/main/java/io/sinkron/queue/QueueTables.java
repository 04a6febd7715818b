package io.sinkron.queue;

import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All queues of the replicated store: the {@link io.sinkron.spi.QueueStore} contract as a table that commands are applied to, one
 * {@link QueueTable} a queue. Time comes with the commands and, for each queue, never falls.
 *
 * <p>A claim of a queue that doesn't exist is remembered, so that a replaced owner can't create it; of those claims the
 * {@link #MAX_ABSENT} last made are kept. One that is forgotten costs its owner nothing but to claim again.
 *
 * <p>Pure and deterministic; never throws for what an operation asks. Not thread-safe.
 */
public final class QueueTables {
    /** Of so many queues that don't exist the claimed epoch is kept. */
    public static final int MAX_ABSENT = 65_536;

    private final TreeMap<String, QueueTable> existing = new TreeMap<>();

    /** Claimed queues that don't exist, the one that was left alone longest first. */
    private final LinkedHashMap<String, QueueTable> absent = new LinkedHashMap<>();

    /** No queues. */
    public QueueTables() {}

    /**
     * Does operations on one queue, in order; {@link QueueTable} says what each one means.
     *
     * @param epoch the caller's claim
     * @param nowMillis the store's time
     * @return one answer for each operation
     */
    public List<QueueAnswer> execute(String queue, long epoch, List<QueueOp> ops, long nowMillis) {
        QueueTable table = existing.get(queue);
        boolean existed = table != null;
        if (!existed) {
            table = absent.remove(queue);
            table = table == null ? new QueueTable(queue) : table;
        }
        List<QueueAnswer> answers = new ArrayList<>(ops.size());
        for (QueueOp op : ops) {
            answers.add(table.apply(epoch, op, nowMillis));
        }
        if (existed != table.exists()) {
            if (existed) {
                existing.remove(queue);
            } else {
                existing.put(queue, table);
            }
        }
        if (!table.exists() && table.epoch() > 0) {
            keepAbsent(table);
        }
        return answers;
    }

    /**
     * Whether {@link #read} answers these operations at this time: the epoch is the queue's, and none of the operations would change anything. Those
     * are {@code Peek}, {@code Stats} and {@code TakeMoves}, and a {@code Sweep} while nothing is due. O(1) for each.
     */
    public boolean canRead(String queue, long epoch, List<QueueOp> ops, long nowMillis) {
        return table(queue).canRead(epoch, ops, nowMillis);
    }

    /**
     * Answers operations on one queue as {@link #execute} would, if that would change nothing; changes nothing itself. Not even the order in which
     * claims of absent queues are forgotten, so that replicas that answered different reads stay equal.
     *
     * @return one answer for each operation; empty where {@link #canRead} says no
     */
    public Optional<List<QueueAnswer>> read(String queue, long epoch, List<QueueOp> ops, long nowMillis) {
        QueueTable table = table(queue);
        return table.canRead(epoch, ops, nowMillis) ? Optional.of(table.read(ops, nowMillis)) : Optional.empty();
    }

    private QueueTable table(String queue) {
        QueueTable table = existing.get(queue);
        table = table == null ? absent.get(queue) : table;
        return table == null ? new QueueTable(queue) : table;
    }

    private void keepAbsent(QueueTable table) {
        absent.put(table.name(), table);
        if (absent.size() > MAX_ABSENT) {
            var oldest = absent.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** The names of all queues that exist, sorted. */
    public List<String> names() {
        return List.copyOf(existing.keySet());
    }

    /** The queues themselves. */
    public Snapshot snapshot() {
        List<QueueSnapshot> queues = new ArrayList<>(existing.size() + absent.size());
        existing.values().forEach(table -> queues.add(table.snapshot()));
        absent.values().forEach(table -> queues.add(table.snapshot()));
        return new Snapshot(queues);
    }

    /** Tables that go on exactly where the snapshot was taken. */
    public static QueueTables restore(Snapshot snapshot) {
        QueueTables tables = new QueueTables();
        for (QueueSnapshot queue : snapshot.queues()) {
            QueueTable table = QueueTable.restore(queue);
            (table.exists() ? tables.existing : tables.absent).put(queue.name(), table);
        }
        return tables;
    }

    /**
     * All queues. Canonical: equal tables have equal snapshots. Immutable.
     *
     * @param queues those that exist in order of their names, then those that were only claimed, in order of their last use
     */
    public record Snapshot(List<QueueSnapshot> queues) {
        /** Takes an immutable copy. */
        public Snapshot {
            queues = List.copyOf(queues);
        }
    }
}
