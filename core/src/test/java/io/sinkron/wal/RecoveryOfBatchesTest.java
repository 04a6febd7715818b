package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.entry;
import static io.sinkron.spi.contract.LogStoreContract.hardState;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The recovery decision table of {@code docs/wal.md}, rows B (batches): whole or not there at all. */
class RecoveryOfBatchesTest {
    private static final String ONE = SegmentFiles.name(1);
    private static final String TWO = SegmentFiles.name(2);

    @TempDir
    Path directory;

    private LogDirectory log;

    @BeforeEach
    void open() {
        log = new LogDirectory(directory);
    }

    /** Term 2, entries from 2 on removed, entries 2 to 4 of term 2: one batch, not synced. Its records. */
    private List<LogDirectory.Located> batchOfAll() throws IOException {
        log.run(store -> {
            store.append(hardState(1, "n1"));
            store.append(entries(1, 3, 1));
            store.sync();
            store.append(new LogBatch(Optional.of(state(2, "n2")), 2, list(2, 4, 2)));
        });
        List<LogDirectory.Located> records = log.records(1);
        return records.subList(records.size() - 5, records.size());
    }

    @Test
    void b1_aBatchCutShortAtAnyRecord_leavesNothingOfIt() throws IOException {
        List<LogDirectory.Located> batch = batchOfAll();
        assertEquals(
                List.of(
                        RecordType.HARD_STATE,
                        RecordType.TRUNCATE,
                        RecordType.ENTRY,
                        RecordType.ENTRY,
                        RecordType.ENTRY),
                batch.stream().map(LogDirectory.Located::type).toList());
        assertEquals(
                List.of(false, false, false, false, true),
                batch.stream().map(LogDirectory.Located::commits).toList());
        byte[] whole = log.read(ONE);
        int begin = batch.get(0).offset();
        LogDirectory.Located last = batch.get(4);
        for (LogDirectory.Located record : batch) {
            byte[] cut = whole.clone();
            Arrays.fill(cut, record.offset(), cut.length, (byte) 0);
            log.write(ONE, cut);
            LogStore.Recovered recovered = log.reopened();
            assertEquals(state(1, "n1"), recovered.hardState());
            assertEquals(list(1, 3, 1), recovered.entries());
            assertTrue(recordAt(begin).commits(), "what was there is overwritten");
        }
        log.write(ONE, whole);
        LogStore.Recovered recovered = log.reopened();
        assertEquals(state(2, "n2"), recovered.hardState());
        assertEquals(List.of(entry(1, 1), entry(2, 2), entry(3, 2), entry(4, 2)), recovered.entries());
        assertTrue(recordAt(last.offset() + last.size()).commits(), "this start follows on it");
    }

    private LogDirectory.Located recordAt(int offset) {
        return log.records(1).stream()
                .filter(record -> record.offset() == offset)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void b1_whatIsWrittenBehindACutBatchHoldsAndTheBatchNeverRisesAgain() throws IOException {
        List<LogDirectory.Located> batch = batchOfAll();
        LogDirectory.Located last = batch.get(4);
        log.zero(ONE, last.offset(), last.offset() + last.size());
        log.run(store -> {
            store.append(new LogBatch(Optional.of(state(2, "n3")), 3, list(3, 3, 2)));
            store.sync();
        });
        for (int start = 0; start < 2; start++) {
            LogStore.Recovered recovered = log.reopened();
            assertEquals(state(2, "n3"), recovered.hardState());
            assertEquals(List.of(entry(1, 1), entry(2, 1), entry(3, 2)), recovered.entries());
        }
    }

    @Test
    void b1_aHoleInABatchTakesTheBatchesBehindItAlong() throws IOException {
        log.run(store -> {
            store.append(entries(1, 2, 1));
            store.sync();
            store.append(entries(3, 6, 1));
            store.append(entries(7, 8, 1));
        });
        LogDirectory.Located hole = log.entry(1, 5);
        log.zero(ONE, hole.offset(), hole.offset() + hole.size());
        assertEquals(list(1, 2, 1), log.reopened().entries());
    }

    @Test
    void b2_aTruncationAlone_isARecordThatKeepsEntriesAway() throws IOException {
        log.run(store -> {
            store.append(entries(1, 5, 1));
            store.sync();
            store.append(new LogBatch(Optional.empty(), 3, List.of()));
            store.sync();
        });
        for (int start = 0; start < 3; start++) {
            assertEquals(list(1, 2, 1), log.reopened().entries());
        }
        assertEquals(
                5,
                log.records(1).stream()
                        .filter(record -> record.type() == RecordType.ENTRY)
                        .count());
    }

    /** What was the last record of its batch, then a record that cannot be of the same one. */
    @ParameterizedTest
    @CsvSource({
        "ENTRY, INCARNATION",
        "ENTRY, HARD_STATE",
        "ENTRY, TRUNCATE",
        "ENTRY, RESET",
        "ENTRY, SYNCED",
        "ENTRY, SEAL",
        "TRUNCATE, INCARNATION",
        "TRUNCATE, HARD_STATE",
        "TRUNCATE, TRUNCATE",
        "TRUNCATE, RESET",
        "TRUNCATE, SYNCED",
        "HARD_STATE, INCARNATION",
        "HARD_STATE, HARD_STATE",
        "HARD_STATE, SYNCED",
        "HARD_STATE, SEAL",
        "INCARNATION, INCARNATION",
        "INCARNATION, ENTRY",
        "INCARNATION, SYNCED",
        "RESET, ENTRY",
        "SYNCED, ENTRY",
        "SYNCED, INCARNATION"
    })
    void b3_aBatchWithoutItsEndAndAnotherRecordBehindIt_isDamageWhereItBegins(RecordType unfinished, RecordType next)
            throws IOException {
        log.run(store -> store.append(entries(1, 3, 1)));
        LogDirectory.Located before = log.last(1);
        int begin = before.offset() + before.size();
        int behind = begin + append(begin, unfinished, false, 4);
        append(behind, next, true, unfinished == RecordType.ENTRY ? 5 : 4);
        DamagedLogException damage = log.assertDamaged(ONE, begin);
        assertTrue(
                damage.getMessage().contains("never finished")
                        && damage.getMessage().contains(next + " at offset " + behind),
                damage.getMessage());
        LogReport report = LogInspector.inspect(FileDisk.open(directory));
        assertEquals(
                List.of(begin),
                report.damages().stream().map(found -> (int) found.offset()).toList());
        log.zero(ONE, behind, LogDirectory.SEGMENT_BYTES);
        assertEquals(list(1, 3, 1), log.reopened().entries(), "with nothing behind, it's a tear");
    }

    /** Writes a record that follows on the one that ends at an offset; returns its size. */
    private int append(int offset, RecordType type, boolean commits, long index) throws IOException {
        byte[] payload = new byte[type == RecordType.ENTRY ? RecordFormat.STAMP_BYTES : 0];
        byte[] record = LogDirectory.record(1, offset, log.chainAt(ONE, offset), type, commits, index, 9, payload);
        log.overwrite(ONE, offset, record);
        return record.length;
    }

    @Test
    void b3_aRepairCutsABatchThatWasNeverFinished() throws IOException {
        log.run(store -> store.append(entries(1, 3, 1)));
        LogDirectory.Located before = log.last(1);
        int begin = before.offset() + before.size();
        int behind = begin + append(begin, RecordType.ENTRY, false, 4);
        append(behind, RecordType.INCARNATION, true, 7);
        RepairPlan plan = LogRepair.repair(FileDisk.open(directory), 100);
        assertEquals(3, plan.keptIndex());
        LogStore.Recovered recovered = log.reopened();
        assertEquals(list(1, 3, 1), recovered.entries());
        assertEquals(100, recovered.hardState().identity());
    }

    /** Two batches of five in segment 1, the third in segment 2, and nothing synced but by the roll. */
    private void twoSegments() throws IOException {
        log.run(store -> {
            for (int first = 1; first <= 15; first += 5) {
                store.append(largeEntries(first, 5));
            }
        });
        assertEquals(10, lastEntryOf(1));
        assertEquals(15, lastEntryOf(2));
    }

    private static LogBatch largeEntries(int first, int count) {
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(first + i, 1, 700));
        }
        return new LogBatch(Optional.empty(), 0, entries);
    }

    private long lastEntryOf(int segment) {
        return log.records(segment).stream()
                .filter(record -> record.type() == RecordType.ENTRY)
                .mapToLong(LogDirectory.Located::index)
                .max()
                .orElse(0);
    }

    @Test
    void b4_aBatchWithoutItsEndWithALaterSegmentBegun_isDamage() throws IOException {
        twoSegments();
        LogDirectory.Located end = log.entry(1, 10);
        log.zero(ONE, end.offset(), LogDirectory.SEGMENT_BYTES);
        DamagedLogException damage = log.assertDamaged(ONE, end.offset());
        assertTrue(damage.getMessage().contains("was durable"), damage.getMessage());
    }

    @Test
    void b4_aBatchWithoutItsEndThatASyncedMarkProves_isDamage() throws IOException {
        log.run(store -> {
            store.append(entries(1, 3, 1));
            store.sync();
            store.append(entries(4, 4, 1));
        });
        LogDirectory.Located end = log.entry(1, 3);
        log.zero(ONE, end.offset(), end.offset() + end.size());
        log.assertDamaged(ONE, end.offset());
    }

    @Test
    void b5_theHeadOfASegmentWithoutItsEnd_isARollThatWasCutShort() throws IOException {
        twoSegments();
        byte[] whole = log.read(TWO);
        List<LogDirectory.Located> head = log.records(2).subList(0, 3);
        assertEquals(
                List.of(RecordType.SEGMENT, RecordType.INCARNATION, RecordType.HARD_STATE),
                head.stream().map(LogDirectory.Located::type).toList());
        assertEquals(
                List.of(false, false, true),
                head.stream().map(LogDirectory.Located::commits).toList());
        for (LogDirectory.Located part : head) {
            byte[] cut = whole.clone();
            Arrays.fill(cut, part.offset(), cut.length, (byte) 0);
            log.write(TWO, cut);
            LogStore.Recovered recovered = log.reopened();
            assertEquals(10, recovered.entries().size());
            assertEquals(RecordType.HARD_STATE, log.records(2).get(2).type(), "each head has term and vote");
        }
    }

    @Test
    void b5_theHeadOfTheFirstSegmentWithoutItsEnd_isAFreshStart() throws IOException {
        log.reopened();
        LogDirectory.Located incarnation = log.records(1).get(1);
        log.zero(ONE, incarnation.offset(), LogDirectory.SEGMENT_BYTES);
        assertEquals(1, log.reopened().incarnation());
    }

    @Test
    void b6_aBatchLongerThanASegment_liesInOneThatWasMadeForIt() throws IOException {
        log.run(store -> {
            store.append(entries(1, 3, 1));
            store.append(largeEntries(4, 40));
            store.append(entries(44, 44, 1));
            store.sync();
        });
        assertEquals(3, lastEntryOf(1));
        assertEquals(44, lastEntryOf(2));
        assertTrue(log.read(TWO).length > 40 * 700, "segment 2 has " + log.read(TWO).length + " bytes");
        LogStore.Recovered recovered = log.run(store -> {
            store.append(largeEntries(45, 9));
            store.sync();
        });
        assertEquals(44, recovered.entries().size());
        assertEquals(53, log.reopened().entries().size());
        assertEquals(LogDirectory.SEGMENT_BYTES, log.read(SegmentFiles.name(3)).length, "the next one is as ever");
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 20, 43})
    void b6_aBatchLongerThanASegmentThatWasCutShort_leavesNothingOfIt(long lost) throws IOException {
        log.run(store -> {
            store.append(entries(1, 3, 1));
            store.append(largeEntries(4, 40));
        });
        LogDirectory.Located hole = log.entry(2, lost);
        log.zero(TWO, hole.offset(), hole.offset() + hole.size());
        assertEquals(list(1, 3, 1), log.reopened().entries());
        log.zero(TWO, 0, log.read(TWO).length);
        assertEquals(list(1, 3, 1), log.reopened().entries());
        assertTrue(log.read(TWO).length > 40 * 700, "behind a seal no file is ever away");
        log.run(store -> {
            store.append(largeEntries(4, 8));
            store.sync();
        });
        assertEquals(11, log.reopened().entries().size());
    }

    @Test
    void aBatchThatNoSegmentHoldsIsRefusedAndNothingIsWritten() throws IOException {
        Bytes payload = Bytes.wrap(new byte[16 << 20]);
        List<LogEntry> entries = new ArrayList<>();
        for (int index = 1; index <= 64; index++) {
            entries.add(new LogEntry(index, 1, 0, LogEntry.Kind.COMMAND, payload));
        }
        try (FileLogStore store =
                new FileLogStore(FileDisk.open(directory), new FileLogOptions(32 << 20, 16 << 20, 4096))) {
            store.recover();
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> store.append(new LogBatch(Optional.empty(), 0, entries)));
            assertTrue(refused.getMessage().contains("one segment"), refused.getMessage());
            store.append(entries(1, 1, 1));
            store.sync();
        }
        assertFalse(log.names().contains(TWO));
    }
}
