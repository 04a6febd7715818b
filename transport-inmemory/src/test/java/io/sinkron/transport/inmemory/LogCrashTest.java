package io.sinkron.transport.inmemory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loss of power after every single operation of a run, with many outcomes each: what was synced is there exactly, the rest is a prefix,
 * truncated entries stay away, the hard state and the incarnation never fall. Also when the power goes again during the recovery.
 */
class LogCrashTest {
    private static final int STEPS = 34;
    private static final int OUTCOMES = 6;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void powerLostAfterEachOperationOfARun(long seed) throws IOException {
        int crashes = 0;
        boolean cut = true;
        for (int operations = 1; cut; operations++) {
            SimulatedDisk disk = new SimulatedDisk("crash-" + seed + "-" + operations);
            LogModel model = new LogModel();
            LogScript script = new LogScript(disk, model, new SplittableRandom(seed));
            disk.losePowerAfter(operations);
            cut = isCut(script);
            for (int outcome = 0; outcome < OUTCOMES; outcome++) {
                SplittableRandom random = new SplittableRandom(seed * 1_000_003 + operations * 101L + outcome);
                restart(disk.copy(), model.copy(), random);
                crashes++;
            }
        }
        assertTrue(crashes > 40 * OUTCOMES, "the run had only " + crashes / OUTCOMES + " operations");
    }

    private static boolean isCut(LogScript script) {
        try {
            script.open();
            script.steps(STEPS);
            return false;
        } catch (IOException powerIsOff) {
            return true;
        }
    }

    /** Crashes (or only the process dies), perhaps again while it recovers, works on, crashes once more and must still be whole. */
    private static void restart(SimulatedDisk disk, LogModel model, SplittableRandom random) throws IOException {
        if (random.nextInt(4) == 0) {
            disk.killProcess();
        } else {
            disk.crash(random);
        }
        LogModel known = model;
        if (random.nextBoolean()) {
            disk.losePowerAfter(random.nextInt(10));
            known = recoverWhileItLasts(disk, model, random);
            disk.crash(random);
        }
        LogScript again = new LogScript(disk, known, random);
        again.open();
        again.steps(4);
        disk.crash(random);
        again.open();
    }

    /** A recovery that is cut short promises nothing; one that returns has settled the state and the incarnation. */
    private static LogModel recoverWhileItLasts(SimulatedDisk disk, LogModel model, SplittableRandom random) {
        LogModel settled = model.copy();
        try {
            new LogScript(disk, settled, random).open();
            return settled;
        } catch (IOException powerIsOff) {
            return model;
        }
    }
}
