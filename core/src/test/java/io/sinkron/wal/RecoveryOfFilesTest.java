package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recovery decision table of {@code docs/wal.md}, rows S (segments) and N (snapshots): a test a row. */
class RecoveryOfFilesTest {
    private static final String SNAPSHOT_40 = SnapshotFiles.name(40);
    private static final String SNAPSHOT_50 = SnapshotFiles.name(50);

    @TempDir
    Path directory;

    private LogDirectory log;

    @BeforeEach
    void open() {
        log = new LogDirectory(directory);
    }

    /** Entries 1 to 300 in batches of 10, over several segments. */
    private void manySegments() throws IOException {
        log.run(store -> {
            for (int first = 1; first <= 300; first += 10) {
                store.append(entries(first, first + 9, 1));
                store.sync();
            }
        });
        assertTrue(lastSegment() > 4, "segments " + lastSegment());
    }

    /** The number of the last segment that has a head. */
    private int lastSegment() throws IOException {
        List<Integer> numbers = SegmentFiles.numbers(log.names());
        int last = numbers.get(numbers.size() - 1);
        return log.records(last).isEmpty() ? last - 1 : last;
    }

    @Test
    void s1_anythingWrongInASealedSegment_isDamage() throws IOException {
        manySegments();
        LogDirectory.Located third = log.records(2).get(5);
        byte[] before = log.read(SegmentFiles.name(2));
        log.flipBit(SegmentFiles.name(2), third.offset() + 20);
        log.assertDamaged(SegmentFiles.name(2), third.offset());
        log.write(SegmentFiles.name(2), before);
        // Zeros look like a tear, but the next segment proves that there was none.
        log.zero(SegmentFiles.name(2), third.offset(), LogDirectory.SEGMENT_BYTES);
        log.assertDamaged(SegmentFiles.name(2), third.offset());
    }

    @Test
    void s1_aLostSealWithALaterSegmentBegun_isDamage() throws IOException {
        manySegments();
        LogDirectory.Located seal = log.last(3);
        assertEquals(RecordType.SEAL, seal.type());
        log.zero(SegmentFiles.name(3), seal.offset(), LogDirectory.SEGMENT_BYTES);
        log.assertDamaged(SegmentFiles.name(3), seal.offset());
    }

    @Test
    void s1_aLostSealOfTheLastButOneIsProvenByAnyRecordOfTheLast() throws IOException {
        manySegments();
        int last = lastSegment();
        LogDirectory.Located seal = log.last(last - 1);
        log.zero(SegmentFiles.name(last - 1), seal.offset(), LogDirectory.SEGMENT_BYTES);
        if (SegmentFiles.numbers(log.names()).contains(last + 1)) {
            log.delete(SegmentFiles.name(last + 1));
        }
        log.zero(SegmentFiles.name(last), 0, 64);
        DamagedLogException damage = log.assertDamaged(SegmentFiles.name(last - 1), seal.offset());
        assertTrue(damage.getMessage().contains(SegmentFiles.name(last) + " offset 64"), damage.getMessage());
    }

    @Test
    void s2_aMissingSegmentInTheMiddle_isDamage() throws IOException {
        manySegments();
        log.delete(SegmentFiles.name(3));
        log.assertDamaged(SegmentFiles.name(3), 0);
    }

    @Test
    void s3_aMissingSegmentBehindASeal_isDamage() throws IOException {
        manySegments();
        int last = lastSegment();
        for (int number : SegmentFiles.numbers(log.names())) {
            if (number >= last) {
                log.delete(SegmentFiles.name(number));
            }
        }
        log.assertDamaged(SegmentFiles.name(last), 0);
    }

    @Test
    void s4_theOldestSegmentMissingWithoutASnapshot_isDamage() throws IOException {
        manySegments();
        log.delete(SegmentFiles.name(1));
        log.assertDamaged(SegmentFiles.name(1), 0);
    }

    @Test
    void s5_theHeadOfTheOldestSegmentGone_isDamage() throws IOException {
        manySegments();
        log.run(store -> store.saveSnapshot(snapshot(290, 1), 290));
        int oldest = SegmentFiles.numbers(log.names()).get(0);
        assertTrue(oldest > 1, "oldest is " + oldest);
        log.zero(SegmentFiles.name(oldest), 0, LogDirectory.SEGMENT_BYTES);
        log.assertDamaged(SegmentFiles.name(oldest), 0);
    }

    @Test
    void s6_segmentsBeforeAGapThatTheSnapshotCovers_areLeftovers() throws IOException {
        manySegments();
        byte[] old = log.read(SegmentFiles.name(1));
        log.run(store -> store.saveSnapshot(snapshot(290, 1), 290));
        assertFalse(log.names().contains(SegmentFiles.name(1)));
        // As if the crash had undone the deletion of this one file.
        log.write(SegmentFiles.name(1), old);
        LogStore.Recovered recovered = log.reopened();
        assertEquals(Optional.of(snapshot(290, 1)), recovered.snapshot());
        assertEquals(
                300, recovered.entries().get(recovered.entries().size() - 1).index());
        assertFalse(log.names().contains(SegmentFiles.name(1)));
    }

    @Test
    void s7_aRollThatWasCutShort_isFinished() throws IOException {
        manySegments();
        int last = lastSegment();
        String name = SegmentFiles.name(last);
        long before = log.records(last).stream()
                .filter(record -> record.type() == RecordType.ENTRY)
                .findFirst()
                .orElseThrow()
                .index();
        if (SegmentFiles.numbers(log.names()).contains(last + 1)) {
            log.delete(SegmentFiles.name(last + 1));
        }
        for (boolean torn : new boolean[] {false, true}) {
            // Sealed, and of the next head nothing has arrived, or something without its first sector.
            log.zero(name, 0, LogDirectory.SEGMENT_BYTES);
            if (torn) {
                log.overwrite(name, 600, new byte[] {1});
            }
            assertEquals(list(1, before - 1, 1), log.reopened().entries());
        }
        assertEquals(RecordType.SEGMENT, log.records(last).get(0).type());
    }

    @Test
    void d7_anEmptySegmentBehindASealOfASizeThatNoneHas_isDamage() throws IOException {
        manySegments();
        int last = lastSegment();
        if (SegmentFiles.numbers(log.names()).contains(last + 1)) {
            log.delete(SegmentFiles.name(last + 1));
        }
        for (int size : new int[] {0, 8, 100, LogDirectory.SEGMENT_BYTES - 512}) {
            log.write(SegmentFiles.name(last), new byte[size]);
            log.assertDamaged(SegmentFiles.name(last), 0);
        }
    }

    @Test
    void s8_aPreparedSegmentOfAnotherSize_isMadeAnew() throws IOException {
        log.run(store -> {
            store.append(entries(1, 100, 1));
            store.sync();
        });
        int next = lastSegment() + 1;
        log.write(SegmentFiles.name(next), new byte[4096]);
        log.run(store -> {
            for (int first = 101; first <= 300; first += 10) {
                store.append(entries(first, first + 9, 1));
            }
            store.sync();
        });
        assertEquals(LogDirectory.SEGMENT_BYTES, log.read(SegmentFiles.name(next)).length);
        assertEquals(list(1, 300, 1), log.reopened().entries());
    }

    @Test
    void s9_temporaryFiles_areRemoved() throws IOException {
        manySegments();
        log.write("wal-next.tmp", new byte[100]);
        log.write(SnapshotFiles.name(7) + ".tmp", new byte[100]);
        assertEquals(list(1, 300, 1), log.reopened().entries());
        assertTrue(
                log.names().stream().noneMatch(name -> name.endsWith(".tmp")),
                log.names().toString());
    }

    @Test
    void s10_snapshotsWithoutASegment_areDamage() throws IOException {
        log.run(store -> store.saveSnapshot(snapshot(40, 1), 40));
        for (int number : SegmentFiles.numbers(log.names())) {
            log.delete(SegmentFiles.name(number));
        }
        log.assertDamaged(SegmentFiles.name(1), 0);
    }

    @Test
    void n1_aDamagedNewestSnapshotAndALogThatReachesTheOneBefore_goesOnFromThere() throws IOException {
        manySegments();
        log.run(store -> store.saveSnapshot(snapshot(40, 1), 30));
        byte[] before = log.read(SNAPSHOT_40);
        log.run(store -> store.saveSnapshot(snapshot(50, 1), 40));
        // A crash before the older one was deleted.
        log.write(SNAPSHOT_40, before);
        log.flipBit(SNAPSHOT_50, 60);
        LogStore.Recovered recovered = log.reopened();
        assertEquals(Optional.of(snapshot(40, 1)), recovered.snapshot());
        long first = recovered.entries().get(0).index();
        assertTrue(first <= 41, "first is " + first);
        assertEquals(list(first, 300, 1), recovered.entries());
    }

    @Test
    void n2_aDamagedNewestSnapshotThatIsNeeded_isNamed() throws IOException {
        manySegments();
        log.run(store -> store.saveSnapshot(snapshot(290, 1), 290));
        String name = SnapshotFiles.name(290);
        for (int offset = 0; offset < log.read(name).length; offset++) {
            log.flipBit(name, offset);
            DamagedLogException damage = log.assertDamaged(name, offset >= 8 && offset < 20 ? 8 : 0);
            assertTrue(damage.getMessage().contains("snapshot")
                    || damage.getMessage().contains("length"));
            log.flipBit(name, offset);
        }
        log.write(name, Arrays.copyOf(log.read(name), 20));
        log.assertDamaged(name, 20);
    }

    @Test
    void n3_aSnapshotUnderAnothersName_isDamage() throws IOException {
        manySegments();
        log.run(store -> store.saveSnapshot(snapshot(290, 1), 290));
        byte[] bytes = log.read(SnapshotFiles.name(290));
        log.delete(SnapshotFiles.name(290));
        log.write(SnapshotFiles.name(295), bytes);
        log.assertDamaged(SnapshotFiles.name(295), 0);
    }

    @Test
    void n4_aSnapshotAheadOfTheLog_emptiesIt() throws IOException {
        manySegments();
        LogDirectory other = new LogDirectory(directory.resolve("other"));
        other.run(store -> store.saveSnapshot(snapshot(500, 2), 500));
        // Durable, but the crash came before the log was emptied.
        log.write(SnapshotFiles.name(500), other.read(SnapshotFiles.name(500)));
        LogStore.Recovered recovered = log.run(store -> {
            store.append(entries(501, 502, 2));
            store.sync();
        });
        assertEquals(List.of(), recovered.entries());
        assertEquals(list(501, 502, 2), log.reopened().entries());
    }

    @Test
    void n5_aSnapshotThatDisagreesWithTheLog_emptiesIt() throws IOException {
        manySegments();
        LogDirectory other = new LogDirectory(directory.resolve("other"));
        other.run(store -> store.saveSnapshot(snapshot(50, 2), 50));
        log.write(SNAPSHOT_50, other.read(SNAPSHOT_50));
        assertEquals(List.of(), log.reopened().entries());
        assertEquals(Optional.of(snapshot(50, 2)), log.reopened().snapshot());
    }

    @Test
    void d3_aRecordOfAnotherSegmentAtItsOffset_isAMisdirectedWrite() throws IOException {
        manySegments();
        LogDirectory.Located ofTwo = log.records(2).get(5);
        byte[] two = log.read(SegmentFiles.name(2));
        byte[] sealed = Arrays.copyOfRange(two, ofTwo.offset(), LogDirectory.SEGMENT_BYTES);
        log.overwrite(SegmentFiles.name(3), ofTwo.offset(), sealed);
        DamagedLogException damage = assertThrows(DamagedLogException.class, () -> log.reopened());
        assertEquals(SegmentFiles.name(3), damage.file());
        assertTrue(damage.offset() <= ofTwo.offset(), damage.getMessage());
        // A whole file in another's place.
        log.write(SegmentFiles.name(3), two);
        DamagedLogException whole = log.assertDamaged(SegmentFiles.name(3), 0);
        assertTrue(whole.getMessage().contains("misdirected"), whole.getMessage());
    }
}
