package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.Disk;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots that are written beside the log, on a real directory whose fsync of such a file takes as long as the test wants. */
@Timeout(30)
class PreparedSnapshotTest {
    @TempDir
    Path directory;

    private final CountDownLatch isForcing = new CountDownLatch(1);
    private final CountDownLatch isAllowed = new CountDownLatch(1);
    private SlowDisk disk;
    private FileLogStore store;

    @BeforeEach
    void openWithALogOfTen() throws IOException {
        disk = new SlowDisk(FileDisk.open(directory));
        store = new FileLogStore(disk, FileLogOptions.ofSegmentBytes(8192));
        store.recover();
        store.append(entries(1, 10, 1));
        store.sync();
    }

    @AfterEach
    void close() throws IOException {
        isAllowed.countDown();
        store.close();
    }

    private FutureTask<Object> prepareOnAnotherThread(long index) throws InterruptedException {
        FutureTask<Object> preparing = inBackground(() -> {
            store.prepareSnapshot(snapshot(index, 1));
            return "prepared";
        });
        isForcing.await();
        return preparing;
    }

    private static FutureTask<Object> inBackground(Callable<Object> work) {
        FutureTask<Object> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "background");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private List<String> snapshotFiles() throws IOException {
        return disk.list().stream().filter(name -> name.startsWith("snapshot")).toList();
    }

    private LogStore.Recovered reopened() throws IOException {
        store.close();
        try (FileLogStore again = new FileLogStore(FileDisk.open(directory), FileLogOptions.ofSegmentBytes(8192))) {
            return again.recover();
        }
    }

    @Test
    void theLogIsWrittenAndForcedWhileTheFsyncOfAPreparedFileHangs() throws Exception {
        FutureTask<Object> preparing = prepareOnAnotherThread(8);
        for (int index = 11; index <= 400; index++) {
            store.append(entries(index, index, 1));
            store.sync();
        }
        assertTrue(!preparing.isDone());
        isAllowed.countDown();
        preparing.get();
        store.saveSnapshot(snapshot(8, 1), 8);
        assertEquals(List.of("snapshot-00000000000000000008.snap"), snapshotFiles());
        LogStore.Recovered recovered = reopened();
        assertEquals(Optional.of(snapshot(8, 1)), recovered.snapshot());
        assertEquals(
                400, recovered.entries().get(recovered.entries().size() - 1).index());
    }

    @Test
    void savingAPreparedSnapshotWritesNothingOfIt() throws Exception {
        isAllowed.countDown();
        store.prepareSnapshot(snapshot(8, 1));
        disk.snapshotWrites = 0;
        store.saveSnapshot(snapshot(8, 1), 8);
        assertEquals(0, disk.snapshotWrites);
        store.saveSnapshot(snapshot(9, 1), 9);
        assertTrue(disk.snapshotWrites > 0, "that one wasn't prepared");
        assertEquals(Optional.of(snapshot(9, 1)), reopened().snapshot());
    }

    @Test
    void anotherSnapshotThatIsSavedRemovesThePreparedFile() throws Exception {
        isAllowed.countDown();
        store.prepareSnapshot(snapshot(8, 1));
        store.saveSnapshot(snapshot(50, 2), 50);
        assertEquals(List.of("snapshot-00000000000000000050.snap"), snapshotFiles());
    }

    @Test
    void aSnapshotThatIsPreparedTakesThePlaceOfTheOneBefore() throws Exception {
        isAllowed.countDown();
        store.prepareSnapshot(snapshot(7, 1));
        store.prepareSnapshot(snapshot(8, 1));
        assertEquals(List.of("snapshot-00000000000000000008.snap.prepared.tmp"), snapshotFiles());
        assertThrows(IllegalArgumentException.class, () -> store.prepareSnapshot(snapshot(8, 1)));
        store.saveSnapshot(snapshot(8, 1), 8);
    }

    @Test
    void aFileThatIsDoneWhenANewerSnapshotIsSavedAlreadyIsRemoved() throws Exception {
        FutureTask<Object> preparing = prepareOnAnotherThread(8);
        store.saveSnapshot(snapshot(50, 2), 50);
        isAllowed.countDown();
        preparing.get();
        assertEquals(List.of("snapshot-00000000000000000050.snap"), snapshotFiles());
        store.prepareSnapshot(snapshot(9, 1));
        assertEquals(List.of("snapshot-00000000000000000050.snap"), snapshotFiles(), "nor is an older one written");
    }

    @Test
    void theNextStartRemovesWhatWasPreparedAndNotSaved() throws Exception {
        isAllowed.countDown();
        store.prepareSnapshot(snapshot(8, 1));
        LogStore.Recovered recovered = reopened();
        assertEquals(Optional.empty(), recovered.snapshot());
        assertEquals(10, recovered.entries().size());
        assertEquals(List.of(), snapshotFiles());
    }

    @Test
    void theDirectoryIsFreeOnlyWhenNobodyWritesIntoItAnyMore() throws Exception {
        FutureTask<Object> preparing = prepareOnAnotherThread(8);
        FutureTask<Object> closing = inBackground(() -> {
            store.close();
            return preparing.isDone() || disk.isForced;
        });
        FileLogStore next = new FileLogStore(FileDisk.open(directory), FileLogOptions.ofSegmentBytes(8192));
        assertThrows(DirectoryInUseException.class, next::recover);
        isAllowed.countDown();
        assertEquals(true, closing.get(), "it was closed before the file was written");
        preparing.get();
        assertThrows(IOException.class, () -> store.prepareSnapshot(snapshot(9, 1)));
    }

    @Test
    void itFailsTheStoreForGood() throws Exception {
        disk.error = Optional.of(new IOException("no space left"));
        isAllowed.countDown();
        IOException error = assertThrows(IOException.class, () -> store.prepareSnapshot(snapshot(8, 1)));
        assertEquals(error, assertThrows(IOException.class, store::sync).getCause());
        assertEquals(
                error,
                assertThrows(IOException.class, () -> store.saveSnapshot(snapshot(8, 1), 8))
                        .getCause());
    }

    @Test
    void recoverComesBeforeIt() throws IOException {
        try (FileLogStore fresh = new FileLogStore(disk, FileLogOptions.ofSegmentBytes(8192))) {
            assertThrows(IllegalStateException.class, () -> fresh.prepareSnapshot(snapshot(8, 1)));
        }
    }

    /** A disk that counts what is written into snapshot files, and lets the fsync of a prepared one wait. */
    private final class SlowDisk implements Disk {
        private final Disk inner;
        private volatile boolean isForced;
        private Optional<IOException> error = Optional.empty();
        private int snapshotWrites;

        SlowDisk(Disk inner) {
            this.inner = inner;
        }

        @Override
        public void lock() throws IOException {
            inner.lock();
        }

        @Override
        public List<String> list() throws IOException {
            return inner.list();
        }

        @Override
        public File open(String name, boolean create) throws IOException {
            return name.startsWith("snapshot")
                    ? new SlowFile(inner.open(name, create), name.contains(".prepared"))
                    : inner.open(name, create);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            inner.rename(from, to);
        }

        @Override
        public void delete(String name) throws IOException {
            inner.delete(name);
        }

        @Override
        public void forceDirectory() throws IOException {
            inner.forceDirectory();
        }

        @Override
        public String describe() {
            return inner.describe();
        }

        @Override
        public void close() throws IOException {
            inner.close();
        }

        private final class SlowFile implements File {
            private final File file;
            private final boolean isPrepared;

            SlowFile(File file, boolean isPrepared) {
                this.file = file;
                this.isPrepared = isPrepared;
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public int read(long offset, ByteBuffer into) throws IOException {
                return file.read(offset, into);
            }

            @Override
            public void write(long offset, ByteBuffer from) throws IOException {
                snapshotWrites++;
                file.write(offset, from);
            }

            @Override
            public void force() throws IOException {
                if (isPrepared) {
                    isForcing.countDown();
                    try {
                        isAllowed.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    if (error.isPresent()) {
                        throw error.get();
                    }
                }
                file.force();
                if (isPrepared) {
                    isForced = true;
                }
            }

            @Override
            public void truncate(long size) throws IOException {
                file.truncate(size);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }
}
