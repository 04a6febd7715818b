package io.sinkron.spi.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every {@link LogStore} must do, durable or not. Extend it, or {@link DurableLogStoreContract} for a store that survives a
 * restart, and hand in the store under test.
 */
public abstract class LogStoreContract {
    /** A new store, not yet recovered, on the data that the stores before it in this test have left. */
    protected abstract LogStore open() throws Exception;

    @Test
    void aFreshStoreIsEmptyAndInItsFirstIncarnations() throws Exception {
        try (LogStore store = open()) {
            LogStore.Recovered recovered = store.recover();
            assertTrue(recovered.incarnation() >= 1);
            assertEquals(HardState.INITIAL, recovered.hardState());
            assertEquals(Optional.empty(), recovered.snapshot());
            assertEquals(List.of(), recovered.entries());
        }
    }

    @Test
    void allItsOperationsAreTakenInTheOrderOfANode() throws Exception {
        try (LogStore store = open()) {
            store.recover();
            store.append(hardState(1, "n1"));
            store.append(entries(1, 10, 1));
            store.sync();
            store.append(truncate(8, entries(8, 9, 2)));
            store.sync();
            store.saveSnapshot(snapshot(5, 1), 3);
            store.append(entries(10, 12, 2));
            store.sync();
        }
    }

    @Test
    void snapshotsMayBePreparedSavedOrNotAndTheOthersGoOn() throws Exception {
        try (LogStore store = open()) {
            store.recover();
            store.append(entries(1, 10, 1));
            store.prepareSnapshot(snapshot(5, 1));
            store.append(entries(11, 12, 1));
            store.sync();
            store.saveSnapshot(snapshot(5, 1), 3);
            store.prepareSnapshot(snapshot(7, 1));
            store.saveSnapshot(snapshot(30, 1), 30);
            store.append(entries(31, 32, 1));
            store.sync();
        }
    }

    @Test
    void anEmptyBatchIsFine() throws Exception {
        try (LogStore store = open()) {
            store.recover();
            store.append(new LogBatch(Optional.empty(), 0, List.of()));
            store.sync();
            store.sync();
        }
    }

    @Test
    void recoverComesFirst() throws Exception {
        try (LogStore store = open()) {
            assertThrows(IllegalStateException.class, () -> store.append(entries(1, 1, 1)));
            assertThrows(IllegalStateException.class, store::sync);
            assertThrows(IllegalStateException.class, () -> store.saveSnapshot(snapshot(1, 1), 1));
        }
    }

    @Test
    void recoverComesOnce() throws Exception {
        try (LogStore store = open()) {
            store.recover();
            assertThrows(IllegalStateException.class, store::recover);
        }
    }

    @Test
    void aClosedStoreRefusesEverythingAndClosesAgain() throws Exception {
        LogStore store = open();
        store.recover();
        store.close();
        assertThrows(IOException.class, () -> store.append(entries(1, 1, 1)));
        assertThrows(IOException.class, store::sync);
        assertThrows(IOException.class, () -> store.saveSnapshot(snapshot(1, 1), 1));
        store.close();
    }

    /** An entry whose content follows from its index and term. */
    public static LogEntry entry(long index, long term) {
        return entry(index, term, (int) (index * 7 % 90));
    }

    /** An entry with so many bytes, which follow from its index and term. */
    public static LogEntry entry(long index, long term, int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < payloadBytes; i++) {
            payload[i] = (byte) (1 + (index * 31 + term * 17 + i) % 255);
        }
        LogEntry.Kind kind = payloadBytes == 0 ? LogEntry.Kind.NOOP : LogEntry.Kind.COMMAND;
        return new LogEntry(index, term, index * 1000, kind, Bytes.wrap(payload));
    }

    /** The entries from an index to another, of one term. */
    public static List<LogEntry> list(long from, long to, long term) {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(entry(index, term));
        }
        return entries;
    }

    /** A batch of entries alone. */
    public static LogBatch entries(long from, long to, long term) {
        return new LogBatch(Optional.empty(), 0, list(from, to, term));
    }

    /** A batch that truncates first. */
    public static LogBatch truncate(long from, LogBatch then) {
        return new LogBatch(then.hardState(), from, then.entries());
    }

    /** A batch with a hard state alone. */
    public static LogBatch hardState(long term, String votedFor) {
        return new LogBatch(Optional.of(state(term, votedFor)), 0, List.of());
    }

    /** A term and a vote; null for none. */
    public static HardState state(long term, String votedFor) {
        return new HardState(term, Optional.ofNullable(votedFor).map(NodeId::of));
    }

    /** A snapshot whose content follows from its index and term. */
    public static StoredSnapshot snapshot(long index, long term) {
        Bytes config = Bytes.utf8("config of " + index + " " + term);
        return new StoredSnapshot(index, term, index * 1000, config, Bytes.utf8("state of " + index + " in " + term));
    }
}
