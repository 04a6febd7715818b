package io.sinkron.wal;

import io.sinkron.spi.Disk;
import java.io.IOException;

/**
 * The empty file that stands in the directory while a repair changes it. Without it a repair that is cut short could leave files that look
 * like a log after a crash: the proof of the damage gone, and the new identity not yet written. With it, no store starts there.
 */
final class LogRepairMark {
    static final String NAME = "repair-unfinished";

    private LogRepairMark() {}

    static void set(Disk disk) throws IOException {
        disk.open(NAME, true).close();
        disk.forceDirectory();
    }

    static void clear(Disk disk) throws IOException {
        disk.delete(NAME);
        disk.forceDirectory();
    }
}
