package io.sinkron.transport.inmemory;

import static io.sinkron.spi.contract.LogStoreContract.entry;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;

import io.sinkron.common.NodeId;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What a node does to its log, drawn from a generator, done to a store and to the model in step. */
final class LogScript {
    /** Small, so that a script of some dozen steps rolls several times. */
    static final FileLogOptions OPTIONS = FileLogOptions.ofSegmentBytes(4096);

    private final SimulatedDisk disk;
    private final LogModel model;
    private final RandomGenerator random;
    private FileLogStore store;
    private long preparedIndex;

    LogScript(SimulatedDisk disk, LogModel model, RandomGenerator random) {
        this.disk = disk;
        this.model = model;
        this.random = random;
    }

    /** Opens the store and compares what it recovers with the model. */
    void open() throws IOException {
        store = new FileLogStore(disk, OPTIONS);
        preparedIndex = 0;
        model.recovered(store.recover());
    }

    void close() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    FileLogStore store() {
        return store;
    }

    /** Does some random steps, or fewer if the disk fails. */
    void steps(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> sync();
                case 3 -> save();
                default -> append();
            }
        }
    }

    private void append() throws IOException {
        append(batch());
    }

    void append(LogBatch batch) throws IOException {
        model.append(batch);
        store.append(batch);
    }

    void sync() throws IOException {
        store.sync();
        model.synced();
    }

    private LogBatch batch() {
        HardState before = model.hardState();
        long term = Math.max(1, before.term() + (random.nextInt(4) == 0 ? 1 : 0));
        Optional<NodeId> vote =
                random.nextBoolean() ? Optional.of(NodeId.of("n" + random.nextInt(3))) : Optional.empty();
        if (term == before.term() && before.votedFor().isPresent()) {
            vote = before.votedFor();
        }
        boolean isVoteDue = term > before.term() || random.nextInt(5) == 0;
        long identity =
                before.identity() == 0 && random.nextInt(4) == 0 ? random.nextLong(1L << 40) : before.identity();
        long next = model.nextIndex();
        long truncateFrom = 0;
        if (random.nextInt(5) == 0) {
            long lowest = Math.max(model.snapshotIndex() + 1, next - 6);
            truncateFrom = lowest + random.nextLong(next - lowest + 1);
            truncateFrom = truncateFrom == next || model.has(truncateFrom) ? truncateFrom : 0;
        }
        List<LogEntry> entries = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            long index = (truncateFrom > 0 ? truncateFrom : next) + i;
            int size = random.nextInt(12) == 0 ? random.nextInt(2500) : random.nextInt(120);
            entries.add(entry(index, term, size));
        }
        return new LogBatch(
                isVoteDue ? Optional.of(new HardState(term, vote, identity)) : Optional.empty(), truncateFrom, entries);
    }

    private void save() throws IOException {
        long low = model.snapshotIndex() + 1;
        long high = model.nextIndex() - 1;
        boolean isFromLeader = high < low || random.nextInt(6) == 0;
        long index = isFromLeader ? low + random.nextInt(12) : low + random.nextLong(high - low + 1);
        boolean knowsTerm = model.has(index);
        long term = knowsTerm && !isFromLeader
                ? model.termAt(index)
                : Math.max(1, model.hardState().term());
        long freeUpTo = Math.max(0, index - random.nextInt(8));
        StoredSnapshot snapshot = snapshot(index, term);
        switch (random.nextInt(4)) {
            case 0 -> prepare(snapshot);
            case 1 -> prepare(snapshot(model.snapshotIndex() + 1 + random.nextInt(12), term));
            default -> {}
        }
        save(snapshot, freeUpTo);
    }

    /** As {@code FileLogStore} wants it: each newer than the last one that was prepared. Promises nothing. */
    void prepare(StoredSnapshot snapshot) throws IOException {
        if (snapshot.index() > preparedIndex) {
            preparedIndex = snapshot.index();
            store.prepareSnapshot(snapshot);
        }
    }

    void save(StoredSnapshot snapshot, long freeUpTo) throws IOException {
        model.saving(snapshot, freeUpTo);
        store.saveSnapshot(snapshot, freeUpTo);
        // The last state is the one with the snapshot, on everything that was written.
        model.synced();
    }
}
