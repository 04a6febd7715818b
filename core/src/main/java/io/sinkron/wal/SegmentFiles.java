package io.sinkron.wal;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The segment files of a directory: their names, and their preallocation. A file gets its final name only when it is full of durable zeros,
 * so under that name there is never a short one or one with holes; an overwrite then changes no metadata and syncs faster than an append.
 *
 * <p>The next segment is prepared in steps while the current one fills, each a bounded write and fsync, so that a roll finds it
 * ready and no single sync waits for a whole segment of zeros. Not thread-safe.
 */
final class SegmentFiles {
    private static final String PREFIX = "wal-";
    private static final String SUFFIX = ".log";
    private static final int DIGITS = 10;
    private static final int MIN_STEP_BYTES = 64 * 1024;
    private static final int STEPS_PER_SEGMENT = 16;
    private static final int PIECE_BYTES = 1 << 20;

    private final Disk disk;
    private final int segmentBytes;
    private Disk.File growing;
    private int grownBytes;
    private int ready;

    SegmentFiles(Disk disk, int segmentBytes) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
    }

    /** The file name of a segment. */
    static String name(int number) {
        return PREFIX + String.format(Locale.ROOT, "%0" + DIGITS + "d", number) + SUFFIX;
    }

    /** The segment of a file name, if it is one. */
    static OptionalInt number(String name) {
        if (!name.startsWith(PREFIX)
                || !name.endsWith(SUFFIX)
                || name.length() != PREFIX.length() + DIGITS + SUFFIX.length()) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(name.substring(PREFIX.length(), PREFIX.length() + DIGITS)));
        } catch (NumberFormatException notOurs) {
            return OptionalInt.empty();
        }
    }

    /** The numbers of all segments among file names, ascending. */
    static List<Integer> numbers(List<String> names) {
        List<Integer> numbers = new ArrayList<>();
        for (String name : names) {
            number(name).ifPresent(numbers::add);
        }
        numbers.sort(null);
        return numbers;
    }

    /** Whether a file name is that of a segment. */
    static boolean isSegment(String name) {
        return number(name).isPresent();
    }

    /** Ascending numbers as runs without a gap. */
    static List<List<Integer>> runs(List<Integer> numbers) {
        List<List<Integer>> runs = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            if (i == 0 || numbers.get(i - 1) + 1 != numbers.get(i)) {
                runs.add(new ArrayList<>());
            }
            runs.get(runs.size() - 1).add(numbers.get(i));
        }
        return runs;
    }

    /** Opens a segment that is there. */
    Disk.File open(int number) throws IOException {
        return disk.open(name(number), false);
    }

    /** That segment is there already, full of zeros. */
    void foundReady(int number) {
        ready = number;
    }

    /** Takes one bounded step towards having a segment, if the current one is fuller than the next one is prepared. */
    void prepare(int number, int currentFillBytes) throws IOException {
        if (ready == number || grownBytes / 2 >= currentFillBytes) {
            return;
        }
        grow(Math.max(MIN_STEP_BYTES, segmentBytes / STEPS_PER_SEGMENT));
        if (grownBytes < segmentBytes) {
            growing.force();
        } else {
            finish(number);
        }
    }

    /**
     * Does all that is left to have a segment: its zeros and its name are durable.
     *
     * @param leastBytes what it must have room for; beyond the usual size only for a batch that's longer than that
     */
    void prepareFully(int number, long leastBytes) throws IOException {
        if (ready != number) {
            grow(segmentBytes);
            finish(number);
        }
        if (leastBytes > segmentBytes) {
            lengthen(number, roundedUp(leastBytes));
        }
    }

    private static int roundedUp(long bytes) {
        long blocks = (bytes + FileLogOptions.BLOCK_BYTES - 1) / FileLogOptions.BLOCK_BYTES;
        return Math.toIntExact(blocks * FileLogOptions.BLOCK_BYTES);
    }

    /** The name is there already: a start that finds a segment of another size with nothing in it makes it anew. */
    private void lengthen(int number, int bytes) throws IOException {
        try (Disk.File file = open(number)) {
            writeZeros(file, (int) file.size(), bytes);
            file.force();
        }
    }

    /** Opens a new segment, prepared or not. */
    Disk.File take(int number) throws IOException {
        prepareFully(number, segmentBytes);
        ready = 0;
        return open(number);
    }

    private void grow(int bytes) throws IOException {
        if (growing == null) {
            growing = disk.open(temporaryName(), true);
        }
        int until = Math.min(segmentBytes, grownBytes + bytes);
        writeZeros(growing, grownBytes, until);
        grownBytes = until;
    }

    private static void writeZeros(Disk.File file, int from, int to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(Math.min(PIECE_BYTES, Math.max(0, to - from)));
        for (int offset = from; offset < to; offset += zeros.limit()) {
            zeros.clear().limit(Math.min(zeros.capacity(), to - offset));
            file.write(offset, zeros);
        }
    }

    private void finish(int number) throws IOException {
        growing.force();
        growing.close();
        disk.rename(temporaryName(), name(number));
        disk.forceDirectory();
        growing = null;
        grownBytes = 0;
        ready = number;
    }

    private static String temporaryName() {
        return PREFIX + "next" + TemporaryFiles.SUFFIX;
    }

    void close() throws IOException {
        if (growing != null) {
            growing.close();
        }
    }
}
