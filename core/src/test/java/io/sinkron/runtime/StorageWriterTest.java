package io.sinkron.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.raft.RaftEffects.SnapshotWrite;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StorageWriterTest {
    private final List<String> done = new ArrayList<>();
    private String failOn = "";

    private final LogStore store = new LogStore() {
        private void step(String what) throws IOException {
            if (what.equals(failOn)) {
                throw new IOException("no " + what);
            }
            done.add(what);
        }

        @Override
        public Recovered recover() {
            throw new IllegalStateException("not asked for here");
        }

        @Override
        public void append(LogBatch batch) throws IOException {
            step("append");
        }

        @Override
        public void sync() throws IOException {
            step("sync");
        }

        @Override
        public void saveSnapshot(StoredSnapshot snapshot, long freeUpTo) throws IOException {
            step("snapshot");
        }

        @Override
        public void close() {
            done.add("close");
        }
    };

    private final StorageWriter writer = new StorageWriter(
            store, sequence -> done.add("persisted " + sequence), error -> done.add("failed: " + error.getMessage()));

    private static Write write(long sequence, boolean withSnapshot) {
        StoredSnapshot snapshot = new StoredSnapshot(1, 1, 0, Bytes.EMPTY, Bytes.EMPTY);
        return new Write(
                sequence,
                new LogBatch(Optional.empty(), 0, List.of()),
                withSnapshot ? Optional.of(new SnapshotWrite(snapshot, 1)) : Optional.empty());
    }

    @Test
    void allThatWaitsIsSyncedOnce() {
        writer.submit(write(1, false));
        writer.submit(write(2, false));
        writer.submit(write(3, false));
        writer.stop();
        writer.run();
        assertEquals(List.of("append", "append", "append", "sync", "persisted 3"), done);
    }

    @Test
    void aSnapshotIsSavedAfterTheLogThatItFollowsIsDurable() {
        writer.submit(write(1, false));
        writer.submit(write(2, true));
        writer.submit(write(3, false));
        writer.stop();
        writer.run();
        assertEquals(
                List.of("append", "append", "sync", "snapshot", "persisted 2", "append", "sync", "persisted 3"), done);
    }

    @Test
    void theFirstFailureIsTheLastThingItDoes() {
        failOn = "sync";
        writer.submit(write(1, false));
        writer.run();
        assertEquals(List.of("append", "failed: no sync"), done);
        assertTrue(done.stream().noneMatch(step -> step.startsWith("persisted")));
    }
}
