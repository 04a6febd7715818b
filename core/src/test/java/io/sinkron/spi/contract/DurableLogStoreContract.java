package io.sinkron.spi.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a {@link LogStore} that survives a restart must do besides. Crashes are the business of the store's own tests. */
public abstract class DurableLogStoreContract extends LogStoreContract {
    /** What a test does with an open store. */
    private interface Use {
        void with(LogStore store) throws Exception;
    }

    private LogStore.Recovered run(Use use) throws Exception {
        try (LogStore store = open()) {
            LogStore.Recovered recovered = store.recover();
            use.with(store);
            return recovered;
        }
    }

    private LogStore.Recovered reopened() throws Exception {
        return run(store -> {});
    }

    @Test
    void everyStartIsANewIncarnation() throws Exception {
        long last = 0;
        for (int start = 0; start < 5; start++) {
            long incarnation = reopened().incarnation();
            assertTrue(incarnation > last, incarnation + " after " + last);
            last = incarnation;
        }
    }

    @Test
    void aRestartSeesTermVoteAndEntriesExactly() throws Exception {
        List<LogEntry> entries = List.of(
                new LogEntry(1, 3, -5, LogEntry.Kind.NOOP, Bytes.EMPTY),
                new LogEntry(2, 3, 7, LogEntry.Kind.CONFIG, Bytes.utf8("members")),
                new LogEntry(3, 4, Long.MAX_VALUE, LogEntry.Kind.COMMAND, Bytes.wrap(new byte[3000])));
        run(store -> {
            store.append(new LogBatch(Optional.of(state(4, "n2")), 0, entries));
            store.sync();
        });
        LogStore.Recovered recovered = reopened();
        assertEquals(state(4, "n2"), recovered.hardState());
        assertEquals(entries, recovered.entries());
    }

    @Test
    void aNewTermForgetsTheVote() throws Exception {
        run(store -> {
            store.append(hardState(4, "n2"));
            store.append(hardState(5, null));
            store.sync();
        });
        assertEquals(state(5, null), reopened().hardState());
    }

    @Test
    void truncatedEntriesNeverRiseAgain() throws Exception {
        run(store -> {
            store.append(entries(1, 20, 1));
            store.sync();
            store.append(truncate(8, entries(1, 0, 1)));
            store.sync();
        });
        assertEquals(list(1, 7, 1), reopened().entries());
        run(store -> {
            store.append(entries(8, 9, 2));
            store.sync();
        });
        List<LogEntry> expected = new ArrayList<>(list(1, 7, 1));
        expected.addAll(list(8, 9, 2));
        assertEquals(expected, reopened().entries());
    }

    @Test
    void anIndexThatIsRewrittenInThreeTermsHasTheLastOne() throws Exception {
        run(store -> {
            store.append(entries(1, 3, 1));
            store.append(truncate(2, entries(2, 3, 2)));
            store.append(truncate(2, entries(2, 2, 3)));
            store.sync();
        });
        assertEquals(List.of(entry(1, 1), entry(2, 3)), reopened().entries());
    }

    @Test
    void aSnapshotKeepsTheEntriesBehindItAndTheTail() throws Exception {
        run(store -> {
            store.append(entries(1, 20, 1));
            store.sync();
            store.saveSnapshot(snapshot(15, 1), 10);
        });
        LogStore.Recovered recovered = reopened();
        assertEquals(Optional.of(snapshot(15, 1)), recovered.snapshot());
        long first = recovered.entries().get(0).index();
        assertTrue(first <= 11, "the tail after 10 is kept, first is " + first);
        assertEquals(list(first, 20, 1), recovered.entries());
    }

    @Test
    void theNewestSnapshotWins() throws Exception {
        run(store -> {
            store.append(entries(1, 20, 1));
            store.saveSnapshot(snapshot(5, 1), 5);
            store.saveSnapshot(snapshot(15, 1), 15);
        });
        assertEquals(Optional.of(snapshot(15, 1)), reopened().snapshot());
    }

    @Test
    void aPreparedSnapshotIsThereOnceItIsSaved() throws Exception {
        run(store -> {
            store.append(entries(1, 20, 1));
            store.prepareSnapshot(snapshot(15, 1));
            store.append(entries(21, 22, 1));
            store.sync();
        });
        assertEquals(Optional.empty(), reopened().snapshot(), "it wasn't saved");
        run(store -> {
            store.prepareSnapshot(snapshot(15, 1));
            store.saveSnapshot(snapshot(15, 1), 10);
        });
        LogStore.Recovered recovered = reopened();
        assertEquals(Optional.of(snapshot(15, 1)), recovered.snapshot());
        assertEquals(entry(22, 1), recovered.entries().get(recovered.entries().size() - 1));
    }

    @Test
    void whatIsSavedIsTheSnapshotGivenWhateverWasPrepared() throws Exception {
        StoredSnapshot sameIndex = new StoredSnapshot(15, 1, 15_000, Bytes.utf8("config"), Bytes.utf8("another state"));
        run(store -> {
            store.append(entries(1, 20, 1));
            store.prepareSnapshot(sameIndex);
            store.saveSnapshot(snapshot(15, 1), 15);
        });
        assertEquals(Optional.of(snapshot(15, 1)), reopened().snapshot());
        run(store -> {
            store.prepareSnapshot(snapshot(18, 1));
            store.saveSnapshot(snapshot(17, 1), 17);
        });
        assertEquals(Optional.of(snapshot(17, 1)), reopened().snapshot());
        run(store -> {
            store.prepareSnapshot(snapshot(18, 1));
            store.prepareSnapshot(snapshot(19, 1));
            store.saveSnapshot(snapshot(18, 1), 17);
            store.saveSnapshot(snapshot(19, 1), 17);
        });
        assertEquals(Optional.of(snapshot(19, 1)), reopened().snapshot());
    }

    @Test
    void aSnapshotThatTheLogDoesNotReachEmptiesIt() throws Exception {
        run(store -> {
            store.append(entries(1, 20, 1));
            store.saveSnapshot(snapshot(100, 2), 100);
            store.append(entries(101, 103, 2));
            store.sync();
        });
        LogStore.Recovered recovered = reopened();
        assertEquals(Optional.of(snapshot(100, 2)), recovered.snapshot());
        assertEquals(list(101, 103, 2), recovered.entries());
    }

    @Test
    void aSnapshotThatTheLogDisagreesWithEmptiesIt() throws Exception {
        run(store -> {
            store.append(entries(1, 20, 1));
            store.saveSnapshot(snapshot(10, 2), 10);
            store.append(entries(11, 12, 2));
            store.sync();
        });
        assertEquals(list(11, 12, 2), reopened().entries());
    }

    @Test
    void aSnapshotOnAnEmptyLogIsWhereItGoesOn() throws Exception {
        run(store -> {
            store.saveSnapshot(snapshot(50, 7), 50);
            store.append(entries(51, 52, 7));
            store.sync();
        });
        assertEquals(list(51, 52, 7), reopened().entries());
    }

    @Test
    void aLargeSnapshotComesBackWhole() throws Exception {
        byte[] state = new byte[3_000_000];
        for (int i = 0; i < state.length; i++) {
            state[i] = (byte) (i * 31 >> 3);
        }
        StoredSnapshot large = new StoredSnapshot(9, 1, 5, Bytes.utf8("config"), Bytes.wrap(state));
        run(store -> store.saveSnapshot(large, 9));
        assertEquals(Optional.of(large), reopened().snapshot());
    }

    @Test
    void manyBatchesComeBackInOrder() throws Exception {
        run(store -> {
            for (int batch = 0; batch < 60; batch++) {
                store.append(entries(batch * 20 + 1, batch * 20 + 20, 1 + batch / 10));
                if (batch % 7 == 0) {
                    store.sync();
                }
            }
            store.sync();
        });
        List<LogEntry> expected = new ArrayList<>();
        for (int batch = 0; batch < 60; batch++) {
            expected.addAll(list(batch * 20 + 1, batch * 20 + 20, 1 + batch / 10));
        }
        assertEquals(expected, reopened().entries());
    }

    @Test
    void aSecondStoreOnTheSameDataIsRefusedAndTheFirstGoesOn() throws Exception {
        LogStore.Recovered ignored = run(first -> {
            LogStore second = open();
            assertThrows(IOException.class, second::recover);
            second.close();
            LogStore third = open();
            assertThrows(IOException.class, third::recover, "closing the refused one must not free the lock");
            third.close();
            first.append(entries(1, 2, 1));
            first.sync();
        });
        assertTrue(ignored.entries().isEmpty());
        assertEquals(list(1, 2, 1), reopened().entries());
    }

    @Test
    void aBatchThatCannotFollowIsRefusedAndTheStoreGoesOn() throws Exception {
        run(store -> {
            store.append(hardState(5, null));
            store.append(hardState(5, "n2"));
            store.append(entries(1, 10, 5));
            store.saveSnapshot(snapshot(4, 5), 2);
            assertRefused(store, entries(12, 12, 5));
            assertRefused(store, entries(10, 10, 5));
            assertRefused(store, new LogBatch(Optional.empty(), 0, List.of(entry(11, 5), entry(13, 5))));
            assertRefused(store, hardState(4, "n1"));
            assertRefused(store, hardState(5, "n1"));
            assertRefused(store, hardState(5, null));
            assertRefused(store, truncate(12, entries(1, 0, 1)));
            assertRefused(store, truncate(4, entries(1, 0, 1)));
            assertRefused(store, truncate(-1, entries(1, 0, 1)));
            assertThrows(IllegalArgumentException.class, () -> store.saveSnapshot(snapshot(4, 5), 4));
            assertThrows(IllegalArgumentException.class, () -> store.saveSnapshot(snapshot(6, 5), 7));
            store.append(entries(11, 11, 5));
            store.sync();
        });
        LogStore.Recovered recovered = reopened();
        assertEquals(state(5, "n2"), recovered.hardState());
        assertEquals(entry(11, 5), recovered.entries().get(recovered.entries().size() - 1));
    }

    private static void assertRefused(LogStore store, LogBatch batch) {
        assertThrows(IllegalArgumentException.class, () -> store.append(batch));
    }
}
