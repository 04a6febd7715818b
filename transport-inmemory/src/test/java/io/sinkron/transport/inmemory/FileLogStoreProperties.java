package io.sinkron.transport.inmemory;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random lives of a log, over many starts that end in every way, against the naive {@link LogModel}. */
class FileLogStoreProperties {
    /** How a start ends. */
    private enum End {
        CLOSED,
        KILLED,
        KILLED_MIDWAY,
        POWER_LOST,
        POWER_LOST_MIDWAY
    }

    /** One start: so many steps, and its end. */
    private record Start(int steps, End end) {}

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void everyStartFindsWhatWasPromised(
            @ForAll long seed, @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 99) Integer> starts)
            throws IOException {
        SimulatedDisk disk = new SimulatedDisk("n1");
        LogModel model = new LogModel();
        SplittableRandom random = new SplittableRandom(seed);
        for (int drawn : starts) {
            live(new Start(drawn / 5, End.values()[drawn % 5]), disk, model, random);
        }
        new LogScript(disk, model, random).open();
    }

    private static void live(Start start, SimulatedDisk disk, LogModel model, SplittableRandom random)
            throws IOException {
        LogScript script = new LogScript(disk, model, random);
        script.open();
        boolean isMidway = start.end == End.POWER_LOST_MIDWAY || start.end == End.KILLED_MIDWAY;
        if (isMidway) {
            disk.losePowerAfter(random.nextInt(20));
        }
        try {
            script.steps(start.steps);
        } catch (IOException powerIsOff) {
            if (!isMidway) {
                throw powerIsOff;
            }
        }
        switch (start.end) {
            case CLOSED -> script.close();
            case KILLED, KILLED_MIDWAY -> disk.killProcess();
            case POWER_LOST, POWER_LOST_MIDWAY -> disk.crash(random);
        }
    }
}
