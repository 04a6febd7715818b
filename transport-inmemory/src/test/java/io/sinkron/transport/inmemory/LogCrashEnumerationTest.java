package io.sinkron.transport.inmemory;

import static io.sinkron.spi.contract.LogStoreContract.entries;
import static io.sinkron.spi.contract.LogStoreContract.entry;
import static io.sinkron.spi.contract.LogStoreContract.list;
import static io.sinkron.spi.contract.LogStoreContract.snapshot;
import static io.sinkron.spi.contract.LogStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Short runs, and <em>every</em> outcome of a loss of power at every point of them: each unforced write is kept, dropped or torn at any set
 * of its 512-byte sectors, each unforced change of a name is kept or dropped, all independently. What is recovered must be one of the states
 * that were promised, each batch whole or not there, and the log must go on from it. Points with more outcomes than fit (segments being filled with zeros) get a
 * random sample instead; the tests say how many points were exhausted.
 */
class LogCrashEnumerationTest {
    private static final int MOST_OUTCOMES = 12_000;
    private static final int SAMPLE = 150;

    /** A short run. */
    private interface Script {
        void on(LogScript log) throws IOException;
    }

    private static LogBatch batch(long term, long truncateFrom, List<LogEntry> entries) {
        return new LogBatch(Optional.of(state(term, "n2")), truncateFrom, entries);
    }

    private static LogBatch large(long index, int payloadBytes) {
        return new LogBatch(Optional.empty(), 0, List.of(entry(index, 1, payloadBytes)));
    }

    @Test
    void batchesBehindASync() throws IOException {
        enumerate(20, log -> {
            log.append(batch(1, 0, list(1, 3, 1)));
            log.sync();
            log.append(entries(4, 5, 1));
            log.append(batch(2, 3, list(3, 4, 2)));
            log.sync();
            log.append(large(5, 700));
            log.append(batch(3, 5, list(5, 6, 3)));
        });
    }

    @Test
    void anIndexWrittenInThreeTermsWithoutASyncInBetween() throws IOException {
        enumerate(18, log -> {
            log.append(batch(1, 0, list(1, 2, 1)));
            log.append(batch(2, 2, list(2, 2, 2)));
            log.append(batch(3, 2, list(2, 2, 3)));
            log.sync();
            log.append(new LogBatch(Optional.empty(), 2, List.of()));
        });
    }

    @Test
    void aRollIntoTheNextSegment() throws IOException {
        enumerate(27, log -> {
            log.append(large(1, 3000));
            log.sync();
            log.append(large(2, 500));
            log.append(large(3, 900));
            log.append(entries(4, 4, 1));
            log.sync();
            log.append(entries(5, 5, 1));
        });
    }

    @Test
    void aBatchThatRollsAndOneThatIsLongerThanASegment() throws IOException {
        enumerate(34, log -> {
            log.append(batch(1, 0, list(1, 2, 1)));
            log.append(large(3, 3000));
            log.sync();
            log.append(batch(2, 3, List.of(entry(3, 2, 300), entry(4, 2, 300), entry(5, 2, 500))));
            log.append(batch(3, 5, List.of(entry(5, 3, 2000), entry(6, 3, 2400))));
            log.append(entries(7, 8, 3));
            log.sync();
            log.append(entries(9, 9, 3));
        });
    }

    @Test
    void snapshotsOfTheLogAndAheadOfIt() throws IOException {
        enumerate(37, log -> {
            log.append(batch(1, 0, list(1, 6, 1)));
            log.sync();
            log.append(entries(7, 7, 1));
            log.save(snapshot(4, 1), 2);
            log.append(entries(8, 8, 1));
            log.save(snapshot(20, 1), 20);
            log.append(entries(21, 21, 1));
        });
    }

    @Test
    void preparedSnapshotsSavedAndNeverAskedFor() throws IOException {
        enumerate(30, log -> {
            log.append(batch(1, 0, list(1, 6, 1)));
            log.sync();
            log.prepare(snapshot(4, 1));
            log.append(entries(7, 7, 1));
            log.save(snapshot(4, 1), 2);
            log.prepare(snapshot(6, 1));
            log.append(entries(8, 8, 1));
            log.save(snapshot(20, 1), 20);
            log.append(entries(21, 21, 1));
            log.prepare(snapshot(21, 1));
        });
    }

    /** Loses power before each operation of the run and behind the last one. */
    private static void enumerate(int leastExhausted, Script script) throws IOException {
        int exhausted = 0;
        int all = 0;
        boolean isCut = true;
        for (int operations = 1; isCut; operations++) {
            SimulatedDisk disk = new SimulatedDisk("point-" + operations);
            LogModel model = new LogModel();
            LogScript log = new LogScript(disk, model, new SplittableRandom(1));
            disk.losePowerAfter(operations);
            all++;
            isCut = isCut(log, script);
            exhausted += crashEveryWay(disk, model) ? 1 : 0;
        }
        assertTrue(
                exhausted >= leastExhausted,
                "only " + exhausted + " points of " + all + " had all their outcomes tried");
    }

    private static boolean isCut(LogScript log, Script script) {
        try {
            log.open();
            script.on(log);
            return false;
        } catch (IOException powerIsOff) {
            return true;
        }
    }

    /** Whether all outcomes were tried. */
    private static boolean crashEveryWay(SimulatedDisk disk, LogModel model) throws IOException {
        EveryOutcome every = new EveryOutcome();
        for (int outcome = 0; outcome < MOST_OUTCOMES; outcome++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(every);
            recoversAndGoesOn(copy, model.copy(), outcome);
            if (!every.next()) {
                return true;
            }
        }
        for (int seed = 0; seed < SAMPLE; seed++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(new SplittableRandom(seed));
            recoversAndGoesOn(copy, model.copy(), seed);
        }
        return false;
    }

    private static void recoversAndGoesOn(SimulatedDisk disk, LogModel model, int outcome) throws IOException {
        SplittableRandom random = new SplittableRandom(outcome);
        LogScript again = new LogScript(disk, model, random);
        again.open();
        if (outcome % 8 == 0) {
            again.append(entries(model.nextIndex(), model.nextIndex(), 9));
            again.sync();
            disk.crash(random);
            again.open();
        }
    }
}
