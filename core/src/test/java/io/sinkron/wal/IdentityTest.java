package io.sinkron.wal;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sinkron.common.NodeId;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which server a disk is, and which start this is: what tells a lost disk from a restarted one. */
class IdentityTest {
    private static final FileLogOptions OPTIONS = FileLogOptions.ofSegmentBytes(LogDirectory.SEGMENT_BYTES);

    @TempDir
    Path directory;

    private LogDirectory log;

    @BeforeEach
    void open() {
        log = new LogDirectory(directory);
    }

    private LogStore.Recovered start(long firstIncarnation) throws IOException {
        try (LogStore store = new FileLogStore(FileDisk.open(directory), OPTIONS, firstIncarnation)) {
            return store.recover();
        }
    }

    private static LogBatch identified(long term, String vote, long identity) {
        HardState state = new HardState(term, Optional.ofNullable(vote).map(NodeId::of), identity);
        return new LogBatch(Optional.of(state), 0, List.of());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_790_000_000_000L, Long.MAX_VALUE})
    void theIdentityIsRecoveredExactly(long identity) throws IOException {
        log.run(store -> {
            store.append(identified(3, "n2", identity));
            store.sync();
        });
        HardState expected = new HardState(3, Optional.of(NodeId.of("n2")), identity);
        assertEquals(expected, log.reopened().hardState());
        assertEquals(expected, log.reopened().hardState());
    }

    @Test
    void theHeadOfASegmentRepeatsIt() throws IOException {
        log.run(store -> {
            store.append(identified(1, null, 77));
            store.append(entries(1, 200, 1));
            store.saveSnapshot(snapshot(200, 1), 200);
        });
        assertEquals(
                0, log.names().stream().filter(SegmentFiles.name(1)::equals).count(), "segment 1 is still there");
        assertEquals(77, log.reopened().hardState().identity());
    }

    @Test
    void aBlankDirectoryStartsWithTheNumberItIsGiven() throws IOException {
        assertEquals(1_790_000_000_000L, start(1_790_000_000_000L).incarnation());
    }

    @Test
    void aDirectoryThatWasUsedCountsOnWhateverItIsGiven() throws IOException {
        assertEquals(500, start(500).incarnation());
        assertEquals(501, start(1).incarnation());
        assertEquals(502, start(9_000).incarnation());
        assertEquals(503, log.reopened().incarnation());
    }

    @Test
    void anEmptiedDirectoryIsANewOne() throws IOException {
        start(500);
        for (String name : log.names()) {
            log.delete(name);
        }
        LogStore.Recovered again = start(900);
        assertEquals(900, again.incarnation());
        assertEquals(HardState.INITIAL, again.hardState());
    }

    @Test
    void aFirstStartThatWasCutShortWasNone() throws IOException {
        start(500);
        List<LogDirectory.Located> records = log.records(1);
        assertEquals(RecordType.INCARNATION, records.get(1).type());
        log.zero(SegmentFiles.name(1), records.get(1).offset(), LogDirectory.SEGMENT_BYTES);
        assertEquals(900, start(900).incarnation());
        assertEquals(901, start(900).incarnation());
    }

    @Test
    void incarnationsBeginAtOne() throws IOException {
        FileDisk disk = FileDisk.open(directory);
        assertThrows(IllegalArgumentException.class, () -> new FileLogStore(disk, OPTIONS, 0));
    }
}
