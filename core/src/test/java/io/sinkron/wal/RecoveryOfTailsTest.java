package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.entry;
import static io.sinkron.spi.contract.LogStoreContract.hardState;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recovery decision table of {@code docs/wal.md}, rows T (tails) and D (damage in the last segment): a test a row. */
class RecoveryOfTailsTest {
    private static final String ONE = SegmentFiles.name(1);

    @TempDir
    Path directory;

    private LogDirectory log;

    @BeforeEach
    void open() {
        log = new LogDirectory(directory);
    }

    /** Entries 1 to 3, synced; then 4 and 5 in one batch and 6 in another, as after a process that died before a sync. */
    private void threeSyncedAndThreeNot() throws IOException {
        log.run(store -> {
            store.append(hardState(1, "n1"));
            store.append(entries(1, 3, 1));
            store.sync();
            store.append(entries(4, 5, 1));
            store.append(entries(6, 6, 1));
        });
    }

    @Test
    void t1_zerosFromTheEndOn_nothingIsCut() throws IOException {
        threeSyncedAndThreeNot();
        assertEquals(list(1, 6, 1), log.reopened().entries());
        assertEquals(state(1, "n1"), log.reopened().hardState());
    }

    @Test
    void t2_aHoleWithALaterWriteBehindIt_isCutAndTheLaterWriteNeverComesBack() throws IOException {
        threeSyncedAndThreeNot();
        LogDirectory.Located four = log.entry(1, 4);
        log.zero(ONE, four.offset(), log.entry(1, 6).offset());
        assertEquals(list(1, 3, 1), log.reopened().entries());
        // Entries as long as the lost ones: were the tail not zeroed, the old 6 would follow on the new 5.
        log.run(store -> {
            store.append(entries(4, 5, 2));
            store.sync();
        });
        List<LogEntry> entries = log.reopened().entries();
        assertEquals(List.of(entry(4, 2), entry(5, 2)), entries.subList(3, entries.size()));
    }

    @Test
    void t3_aRecordWithASectorUnwritten_isCut() throws IOException {
        log.run(store -> {
            store.append(entries(1, 1, 1));
            store.sync();
            store.append(new LogBatch(Optional.empty(), 0, List.of(entry(2, 1, 2000))));
        });
        LogDirectory.Located two = log.entry(1, 2);
        int sector = (two.offset() / 512 + 2) * 512;
        log.zero(ONE, sector, sector + 512);
        assertEquals(list(1, 1, 1), log.reopened().entries());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void t3_aHeaderWithOneHalfUnwritten_isCut(boolean isFirstHalf) throws IOException {
        // Before the entry: head, incarnation, hard state, synced mark. It ends 16 bytes before a sector does.
        int before = 64 + 48 + 48 + 48;
        int free = 2 * 512 - 16 - before - RecordFormat.sizeOf(RecordFormat.STAMP_BYTES);
        log.run(store -> {
            store.append(new LogBatch(Optional.empty(), 0, List.of(entry(1, 1, free))));
            store.sync();
            store.append(entries(2, 2, 1));
        });
        LogDirectory.Located first = log.entry(1, 1);
        int end = first.offset() + first.size();
        assertEquals(2 * 512 - 16, end);
        log.zero(ONE, isFirstHalf ? end : 2 * 512, isFirstHalf ? 2 * 512 : 3 * 512);
        assertEquals(1, log.reopened().entries().size());
    }

    @Test
    void t4_somethingFarBehindTheEnd_isCutAsWritesReachTheDiskInAnyOrder() throws IOException {
        threeSyncedAndThreeNot();
        log.overwrite(ONE, 6000, new byte[] {1, 2, 3});
        assertEquals(list(1, 6, 1), log.reopened().entries());
        assertEquals(0, log.read(ONE)[6001]);
    }

    @Test
    void t5_aTornFirstHeadOfAll_isAFreshStart() throws IOException {
        log.reopened();
        log.zero(ONE, 0, LogDirectory.SEGMENT_BYTES);
        assertEquals(1, log.reopened().incarnation());
    }

    @Test
    void d1_aFlippedBitInTheLastAcknowledgedBatch_isDamage() throws IOException {
        log.run(store -> {
            store.append(entries(1, 3, 1));
            store.sync();
        });
        LogDirectory.Located last = log.entry(1, 3);
        log.flipBit(ONE, last.offset() + last.size() - 9);
        log.assertDamaged(ONE, last.offset());
    }

    @Test
    void d1_aFlippedBitInAnEntryOfZeros_isDamageAlthoughSectorsReadAsZeros() throws IOException {
        LogEntry zeros = new LogEntry(1, 1, 0, LogEntry.Kind.COMMAND, Bytes.wrap(new byte[4000]));
        log.run(store -> {
            store.append(new LogBatch(Optional.empty(), 0, List.of(zeros)));
            store.sync();
        });
        assertEquals(List.of(zeros), log.reopened().entries());
        LogDirectory.Located record = log.entry(1, 1);
        log.zero(ONE, record.offset() + record.size(), LogDirectory.SEGMENT_BYTES);
        log.flipBit(ONE, record.offset() + 3);
        log.assertDamaged(ONE, record.offset());
        log.flipBit(ONE, record.offset() + 3);
        log.flipBit(ONE, record.offset() + record.size() - 2);
        log.assertDamaged(ONE, record.offset());
    }

    @Test
    void d1_aFlippedLength_isDamageAndAllocatesNothing() throws IOException {
        threeSyncedAndThreeNot();
        LogDirectory.Located six = log.entry(1, 6);
        log.flipBit(ONE, six.offset() + 4);
        log.assertDamaged(ONE, six.offset());
    }

    @Test
    void d2_aSectorGoneThatASyncedMarkProves_isDamage() throws IOException {
        threeSyncedAndThreeNot();
        LogDirectory.Located two = log.entry(1, 2);
        log.zero(ONE, two.offset(), two.offset() + two.size());
        DamagedLogException damage = log.assertDamaged(ONE, two.offset());
        assertTrue(damage.getMessage().contains("was durable"), damage.getMessage());
    }

    @Test
    void d3_aRecordOfAnotherPlace_isAMisdirectedWrite() throws IOException {
        threeSyncedAndThreeNot();
        LogDirectory.Located six = log.entry(1, 6);
        byte[] elsewhere = LogDirectory.record(1, 4096, 7, RecordType.ENTRY, 6, 1, new byte[six.size() - 48]);
        log.overwrite(ONE, six.offset(), elsewhere);
        DamagedLogException damage = log.assertDamaged(ONE, six.offset());
        assertTrue(damage.getMessage().contains("misdirected"), damage.getMessage());
    }

    @Test
    void d4_aRecordThatDoesNotFollowOnTheOneBefore_isALostOrStaleWrite() throws IOException {
        threeSyncedAndThreeNot();
        LogDirectory.Located six = log.entry(1, 6);
        byte[] stale = LogDirectory.record(1, six.offset(), 7, RecordType.ENTRY, 6, 1, new byte[six.size() - 48]);
        log.overwrite(ONE, six.offset(), stale);
        DamagedLogException damage = log.assertDamaged(ONE, six.offset());
        assertTrue(damage.getMessage().contains("stale"), damage.getMessage());
    }

    @Test
    void d5_aRightRecordThatMakesNoSense_isDamage() throws IOException {
        threeSyncedAndThreeNot();
        LogDirectory.Located last = log.last(1);
        int end = last.offset() + last.size();
        assertNonsense(end, RecordType.ENTRY, 9, 1, new byte[8], "entry 7 comes next");
        assertNonsense(end, RecordType.ENTRY, 7, 1, new byte[7], "7 bytes");
        assertNonsense(end, RecordType.ENTRY, 7, 0, new byte[8], "term 0");
        assertNonsense(end, RecordType.TRUNCATE, 8, 0, new byte[0], "truncation from 8");
        assertNonsense(end, RecordType.HARD_STATE, 0, 0, new byte[0], "term 0 after 1");
        assertNonsense(end, RecordType.HARD_STATE, 0, 2, new byte[] {'/'}, "a hard state that cannot be");
        assertNonsense(end, RecordType.HARD_STATE, -1, 2, new byte[0], "identity -1");
        assertNonsense(end, RecordType.INCARNATION, 0, 0, new byte[0], "incarnation 0 after 1");
        assertNonsense(end, RecordType.RESET, 0, 0, new byte[0], "reset");
        assertNonsense(end, RecordType.SEGMENT, 7, 0, new byte[16], "only the first one");
    }

    private void assertNonsense(int end, RecordType type, long index, long term, byte[] payload, String reason)
            throws IOException {
        byte[] before = log.read(ONE);
        log.overwrite(ONE, end, LogDirectory.record(1, end, log.chainAt(ONE, end), type, index, term, payload));
        DamagedLogException damage = log.assertDamaged(ONE, end);
        assertTrue(damage.getMessage().contains(reason), damage.getMessage());
        log.write(ONE, before);
    }

    @Test
    void d6_aHeadOfAnotherFormat_isRefused() throws IOException {
        log.reopened();
        byte[] payload = ByteBuffer.allocate(16)
                .putLong(RecordFormat.SEGMENT_MAGIC)
                .putInt(1)
                .putInt(LogDirectory.SEGMENT_BYTES)
                .array();
        log.overwrite(ONE, 0, LogDirectory.record(1, 0, 0, RecordType.SEGMENT, 1, 0, payload));
        DamagedLogException damage = log.assertDamaged(ONE, 0);
        assertTrue(damage.getMessage().contains("format version 1"), damage.getMessage());
    }

    @Test
    void d7_aSegmentThatWasShortened_isDamage() throws IOException {
        threeSyncedAndThreeNot();
        log.write(ONE, Arrays.copyOf(log.read(ONE), 4096));
        log.assertDamaged(ONE, 0);
        log.write(ONE, new byte[0]);
        log.assertDamaged(ONE, 0);
    }

    @Test
    void d8_aSectorThatIsBackToWhatItWas_isALostWrite() throws IOException {
        log.run(store -> {
            store.append(entries(1, 3, 1));
            store.sync();
        });
        byte[] before = log.read(ONE);
        LogDirectory.Located three = log.last(1);
        int end = three.offset() + three.size();
        log.run(store -> {
            store.append(entries(4, 20, 1));
            store.sync();
            store.append(entries(21, 21, 1));
            store.sync();
        });
        int sector = end / 512 * 512;
        log.overwrite(ONE, sector, Arrays.copyOfRange(before, sector, sector + 512));
        // The sector ends with zeros, as it did: only what was acknowledged behind it tells that it had been written.
        log.assertDamaged(ONE, end);
    }
}
