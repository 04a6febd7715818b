package io.sinkron.node;

import io.sinkron.spi.MemoryOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers the cache's memory operations of a turn into batches, and tells which operation each answer belongs to. */
final class MemoryBatches {
    private static final int MAX_OPERATIONS = 256;
    private static final long MAX_BYTES = 1 << 20;
    private static final int OPERATION_OVERHEAD_BYTES = 64;

    private final Map<Long, long[]> open = new HashMap<>();
    private final List<Long> operations = new ArrayList<>();
    private final List<MemoryOp> gathered = new ArrayList<>();
    private final List<Batch> full = new ArrayList<>();
    private long bytes;
    private long nextBatch = 1;

    /** A batch to be done. */
    record Batch(long id, List<MemoryOp> operations) {}

    void add(long operation, MemoryOp op) {
        long size = OPERATION_OVERHEAD_BYTES + op.key().size();
        if (op instanceof MemoryOp.PutIfNewer put) {
            size += put.value().value().size();
        }
        if (!gathered.isEmpty() && (gathered.size() >= MAX_OPERATIONS || bytes + size > MAX_BYTES)) {
            close();
        }
        operations.add(operation);
        gathered.add(op);
        bytes += size;
    }

    /** Takes what was gathered. */
    List<Batch> take() {
        if (!gathered.isEmpty()) {
            close();
        }
        List<Batch> taken = List.copyOf(full);
        full.clear();
        return taken;
    }

    /** The operations of a batch, in order; the batch is over. Null for an unknown one. */
    long[] finish(long batch) {
        return open.remove(batch);
    }

    private void close() {
        long id = nextBatch++;
        open.put(id, operations.stream().mapToLong(Long::longValue).toArray());
        full.add(new Batch(id, List.copyOf(gathered)));
        operations.clear();
        gathered.clear();
        bytes = 0;
    }
}
