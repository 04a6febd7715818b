package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.hardState;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.HardState;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is reported of a damaged log, and what a repair makes of it: less, never other, and another server. */
class LogRepairTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final String ONE = SegmentFiles.name(1);
    private static final String TWO = SegmentFiles.name(2);
    private static final String THREE = SegmentFiles.name(3);

    @TempDir
    Path directory;

    private LogDirectory log;

    /** Entries 1 to 300 of terms 1 to 3 over several segments. */
    @BeforeEach
    void fill() throws IOException {
        log = new LogDirectory(directory);
        log.run(store -> {
            for (int first = 1; first <= 300; first += 10) {
                if (first % 100 == 1) {
                    store.append(hardState(1 + first / 100, "n2"));
                }
                store.append(entries(first, first + 9, 1 + first / 100));
            }
            store.sync();
        });
        assertTrue(log.names().contains(SegmentFiles.name(5)), log.names().toString());
    }

    private LogReport inspect() throws IOException {
        return LogInspector.inspect(FileDisk.open(directory));
    }

    /** Plans (which changes nothing), repairs, starts, and looks whether it's another server on a prefix of what was there. */
    private RepairPlan repaired(long firstKept, long lastKept) throws IOException {
        List<String> names = log.names();
        RepairPlan planned = LogRepair.plan(FileDisk.open(directory), NOW);
        assertEquals(names, log.names());
        RepairPlan plan = LogRepair.repair(FileDisk.open(directory), NOW);
        assertEquals(planned, plan);
        assertTrue(plan.isNeeded());
        assertEquals(lastKept, plan.keptIndex());
        assertEquals(NOW, plan.identity());
        assertTrue(inspect().isWhole(), inspect().damages().toString());
        LogStore.Recovered recovered = log.reopened();
        assertEquals(NOW, recovered.hardState().identity());
        assertEquals(Optional.empty(), recovered.hardState().votedFor());
        assertEquals(NOW + 1, recovered.incarnation());
        assertEquals(
                firstKept,
                recovered.entries().isEmpty()
                        ? lastKept + 1
                        : recovered.entries().get(0).index());
        for (int i = 0; i < recovered.entries().size(); i++) {
            long index = firstKept + i;
            assertEquals(
                    list(index, index, 1 + (index - 1) / 100),
                    List.of(recovered.entries().get(i)));
        }
        long last = recovered.snapshot().map(s -> s.index()).orElse(0L);
        assertEquals(lastKept, Math.max(last, firstKept + recovered.entries().size() - 1));
        log.run(store -> {
            store.append(entries(lastKept + 1, lastKept + 100, 9));
            store.sync();
        });
        assertEquals(lastKept + 100, last(log.reopened()));
        return plan;
    }

    private static long last(LogStore.Recovered recovered) {
        return recovered.entries().get(recovered.entries().size() - 1).index();
    }

    /** Entries were written in batches of ten, and of a batch that is damaged nothing is kept. */
    private static long lastOfTheBatchBefore(long index) {
        return (index - 1) / 10 * 10;
    }

    private long lastIndexOf(int segment) {
        return log.records(segment).stream()
                .filter(record -> record.type() == RecordType.ENTRY)
                .mapToLong(LogDirectory.Located::index)
                .max()
                .orElseThrow();
    }

    @Test
    void aWholeLogIsReportedAndNothingIsToRepair() throws IOException {
        log.run(store -> store.saveSnapshot(snapshot(120, 2), 20));
        LogReport report = inspect();
        assertTrue(report.isWhole());
        assertEquals(Optional.empty(), report.tornTail());
        LogReport.Content content = report.content().orElseThrow();
        assertEquals(2, content.incarnation());
        assertEquals(log.reopened().hardState(), content.hardState());
        assertEquals(120, content.snapshotIndex());
        assertEquals(1, content.firstIndex());
        assertEquals(300, content.lastIndex());
        assertEquals(
                List.of(
                        new LogReport.Term(1, 1, 100),
                        new LogReport.Term(2, 101, 200),
                        new LogReport.Term(3, 201, 300)),
                content.terms());
        assertEquals(
                300,
                report.segments().stream().mapToInt(LogReport.Segment::entries).sum());
        assertEquals(1, report.segments().get(0).firstIndex());
        assertTrue(report.segments().get(0).isSealed());
        String name = SnapshotFiles.name(120);
        assertEquals(List.of(new LogReport.Snapshot(name, log.read(name).length, 120, 2)), report.snapshots());
        List<String> names = log.names();
        assertFalse(LogRepair.repair(FileDisk.open(directory), NOW).isNeeded());
        assertEquals(names, log.names());
        assertEquals(0, log.reopened().hardState().identity());
    }

    @Test
    void aTornTailIsNoDamage() throws IOException {
        LogDirectory.Located last = log.last(lastSegment());
        int batch = log.entry(lastSegment(), lastOfTheBatchBefore(300) + 1).offset();
        log.zero(SegmentFiles.name(lastSegment()), last.offset(), last.offset() + 40);
        LogReport report = inspect();
        assertTrue(report.isWhole(), report.damages().toString());
        LogReport.Tail tail = report.tornTail().orElseThrow();
        assertEquals(batch, tail.offset());
        assertTrue(tail.sizeBytes() > 0);
        assertFalse(LogRepair.plan(FileDisk.open(directory), NOW).isNeeded());
    }

    private int lastSegment() throws IOException {
        List<Integer> numbers = SegmentFiles.numbers(log.names());
        int last = numbers.get(numbers.size() - 1);
        return log.records(last).isEmpty() ? last - 1 : last;
    }

    @Test
    void everyDamagedPlaceIsNamedAndWhatStopsAStartComesFirst() throws IOException {
        LogDirectory.Located inTwo = log.records(2).get(4);
        LogDirectory.Located inThree = log.records(3).get(6);
        log.flipBit(TWO, inTwo.offset() + 1);
        log.zero(THREE, inThree.offset(), inThree.offset() + inThree.size());
        LogReport report = inspect();
        assertEquals(Optional.empty(), report.content());
        assertEquals(300, report.seen().lastIndex());
        assertEquals(
                List.of(TWO + " " + inTwo.offset(), THREE + " " + inThree.offset()),
                report.damages().stream()
                        .map(damage -> damage.file() + " " + damage.offset())
                        .sorted()
                        .toList());
        DamagedLogException first = assertThrows(DamagedLogException.class, () -> log.reopened());
        assertEquals(first.file(), report.damages().get(0).file());
        assertEquals(first.offset(), report.damages().get(0).offset());
    }

    @Test
    void aFlippedBitInTheMiddle_isCutThereAndWhatIsBehindIsPutAside() throws IOException {
        LogDirectory.Located damaged = log.records(2).get(7);
        assertEquals(RecordType.ENTRY, damaged.type());
        int batch = log.entry(2, lastOfTheBatchBefore(damaged.index()) + 1).offset();
        assertTrue(batch < damaged.offset());
        log.flipBit(TWO, damaged.offset() + 17);
        byte[] two = log.read(TWO);
        byte[] three = log.read(THREE);
        RepairPlan plan = repaired(1, lastOfTheBatchBefore(damaged.index()));
        assertEquals(300, plan.seenIndex());
        assertEquals(
                new RepairPlan.Cut(TWO, batch, LogDirectory.SEGMENT_BYTES - batch, TWO + ".damaged"),
                plan.steps().get(0));
        assertArrayEquals(two, log.read(TWO + ".damaged"));
        assertArrayEquals(three, log.read(THREE + ".damaged"));
    }

    @Test
    void aSecondRepairKeepsTheCopiesOfTheFirst() throws IOException {
        log.flipBit(TWO, log.records(2).get(7).offset());
        byte[] first = log.read(TWO);
        repaired(1, lastOfTheBatchBefore(lastIndexOf(2) + 1));
        log.flipBit(ONE, log.records(1).get(7).offset());
        LogRepair.repair(FileDisk.open(directory), NOW + 1_000_000);
        assertArrayEquals(first, log.read(TWO + ".damaged"));
        assertTrue(log.names().contains(TWO + ".damaged-2"), log.names().toString());
        assertEquals(NOW + 1_000_000, log.reopened().hardState().identity());
    }

    @Test
    void aMissingSegmentInTheMiddle_endsTheLogBeforeIt() throws IOException {
        long last = lastIndexOf(2);
        log.delete(THREE);
        RepairPlan plan = repaired(1, last);
        assertTrue(plan.steps().stream().noneMatch(RepairPlan.Cut.class::isInstance), plan.toString());
    }

    @Test
    void aMissingSegmentBehindTheLastSeal_isBegunAnew() throws IOException {
        int last = lastSegment();
        for (int number : SegmentFiles.numbers(log.names())) {
            if (number >= last) {
                log.delete(SegmentFiles.name(number));
            }
        }
        RepairPlan plan = repaired(1, lastIndexOf(last - 1));
        assertEquals(1, plan.steps().size(), plan.toString());
    }

    @Test
    void theBeginningGoneWithoutASnapshot_leavesNothing() throws IOException {
        log.delete(ONE);
        RepairPlan plan = repaired(1, 0);
        assertEquals(300, plan.seenIndex());
    }

    @Test
    void damageThatASnapshotCovers_costsNoEntry() throws IOException {
        log.run(store -> store.saveSnapshot(snapshot(290, 3), 10));
        log.flipBit(TWO, log.records(2).get(7).offset());
        long first = log.records(3).stream()
                .filter(record -> record.type() == RecordType.ENTRY)
                .findFirst()
                .orElseThrow()
                .index();
        repaired(first, 300);
    }

    @Test
    void aDamagedSnapshotThatIsNeeded_leavesNothing() throws IOException {
        log.run(store -> store.saveSnapshot(snapshot(290, 3), 290));
        log.flipBit(SnapshotFiles.name(290), 70);
        RepairPlan plan = repaired(1, 0);
        assertTrue(log.names().contains(SnapshotFiles.name(290) + ".damaged"));
        assertEquals(300, plan.seenIndex());
    }

    @Test
    void aDamagedSnapshotThatIsNotNeeded_isPutAsideAndTheServerStaysTheSame() throws IOException {
        log.run(store -> store.saveSnapshot(snapshot(40, 1), 0));
        HardState before = log.reopened().hardState();
        log.flipBit(SnapshotFiles.name(40), 70);
        assertFalse(inspect().isWhole());
        assertTrue(inspect().content().isPresent());
        RepairPlan plan = LogRepair.repair(FileDisk.open(directory), NOW);
        assertEquals(0, plan.identity());
        assertEquals(1, plan.steps().size());
        assertTrue(inspect().isWhole());
        assertEquals(before, log.reopened().hardState());
        assertEquals(300, last(log.reopened()));
    }

    @Test
    void snapshotsWithoutASegment_areWhereTheLogGoesOn() throws IOException {
        log.run(store -> store.saveSnapshot(snapshot(290, 3), 290));
        for (int number : SegmentFiles.numbers(log.names())) {
            log.delete(SegmentFiles.name(number));
        }
        repaired(291, 290);
        assertEquals(3, log.reopened().hardState().term(), "who has a snapshot of term 3 has been in term 3");
    }

    @Test
    void theNewIdentityIsAboveAnyNumberOnTheDisk() throws IOException {
        for (int start = 0; start < 20; start++) {
            log.reopened();
        }
        log.flipBit(ONE, log.records(1).get(7).offset());
        RepairPlan plan = LogRepair.repair(FileDisk.open(directory), 1);
        assertTrue(plan.identity() > 21, "the starts behind the cut count too: " + plan.identity());
        assertEquals(plan.identity(), log.reopened().hardState().identity());
    }

    @Test
    void aLogOfAnotherReleaseIsLeftAlone() throws IOException {
        byte[] payload = ByteBuffer.allocate(16)
                .putLong(RecordFormat.SEGMENT_MAGIC)
                .putInt(1)
                .putInt(LogDirectory.SEGMENT_BYTES)
                .array();
        log.overwrite(ONE, 0, LogDirectory.record(1, 0, 0, RecordType.SEGMENT, 1, 0, payload));
        IOException refused = assertThrows(IOException.class, () -> LogRepair.repair(FileDisk.open(directory), NOW));
        assertTrue(refused.getMessage().contains("format version 1"), refused.getMessage());
        assertFalse(log.names().stream().anyMatch(name -> name.contains("damaged") || name.contains("repair")));
    }

    @Test
    void aDirectoryInUseIsRefused() throws IOException {
        log.run(store -> Stream.<org.junit.jupiter.api.function.Executable>of(
                        () -> LogInspector.inspect(FileDisk.open(directory)),
                        () -> LogRepair.plan(FileDisk.open(directory), NOW),
                        () -> LogRepair.repair(FileDisk.open(directory), NOW))
                .forEach(use -> assertTrue(
                        assertThrows(IOException.class, use).getMessage().contains("in use"))));
    }

    @Test
    void r1_aRepairThatWasCutShort_keepsStoresAwayUntilItIsRunAgain() throws IOException {
        log.write(LogRepairMark.NAME, new byte[0]);
        log.assertDamaged(LogRepairMark.NAME, 0);
        repaired(1, 300);
        assertFalse(log.names().contains(LogRepairMark.NAME));
    }
}
