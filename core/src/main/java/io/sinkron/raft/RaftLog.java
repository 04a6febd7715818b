package io.sinkron.raft;

import io.sinkron.common.InvariantViolation;
import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The log in memory: blocks of the entries after a base, whose index, term and stamp are known but whose entry is not (the place before
 * the first entry, or one that a snapshot covers). Beside each entry stands the running total of bytes, so that every question about sizes is
 * one subtraction: nothing is counted up and down, so nothing can leak. Terms never fall along the log, so searches by term are binary.
 *
 * <p>Append, lookup and size are O(1) at worst, not only on average, and letting go of the log's front costs a step for each block: one that grew by doubling
 * would stand still for tens of milliseconds at a million entries. Single-threaded.
 */
final class RaftLog {
    /** The answer for the term of an index that this log doesn't know. */
    static final long UNKNOWN_TERM = -1;

    private static final int BLOCK_SHIFT = 10;
    private static final int BLOCK_ENTRIES = 1 << BLOCK_SHIFT;

    private final ArrayList<Block> blocks = new ArrayList<>();
    private long firstBlock;
    private int size;
    private long baseIndex;
    private long baseTerm;
    private long baseStampMillis;
    private long baseTotal;

    private List<LogEntry> slice = List.of();
    private long sliceFrom;

    /** Entries whose indexes differ in the low bits only, and the running totals up to each. */
    private static final class Block {
        private final LogEntry[] entries = new LogEntry[BLOCK_ENTRIES];
        private final long[] totals = new long[BLOCK_ENTRIES];
    }

    /** Empty, behind this place; (0, 0) is the beginning. */
    RaftLog(long baseIndex, long baseTerm, long baseStampMillis) {
        reset(baseIndex, baseTerm, baseStampMillis);
    }

    static long sizeOf(LogEntry entry) {
        return (long) entry.payload().size() + RaftOptions.ENTRY_OVERHEAD_BYTES;
    }

    long baseIndex() {
        return baseIndex;
    }

    long lastIndex() {
        return baseIndex + size;
    }

    long lastTerm() {
        return size == 0 ? baseTerm : at(lastIndex()).term();
    }

    long lastStampMillis() {
        return size == 0 ? baseStampMillis : at(lastIndex()).stampMillis();
    }

    /** The term at an index from the base to the last, else {@link #UNKNOWN_TERM}. */
    long termAt(long index) {
        if (index > baseIndex && index <= lastIndex()) {
            return at(index).term();
        }
        return index == baseIndex ? baseTerm : UNKNOWN_TERM;
    }

    /** The stamp at an index from the base to the last. */
    long stampAt(long index) {
        return index == baseIndex ? baseStampMillis : entry(index).stampMillis();
    }

    boolean matches(long index, long term) {
        return term != UNKNOWN_TERM && termAt(index) == term;
    }

    LogEntry entry(long index) {
        InvariantViolation.check(index > baseIndex && index <= lastIndex(), "log index out of bounds");
        return at(index);
    }

    void append(LogEntry entry) {
        InvariantViolation.check(entry.index() == lastIndex() + 1, "appended entry leaves a gap in the log");
        InvariantViolation.check(entry.term() >= lastTerm(), "appended entry's term is below the log's");
        long total = totalAt(lastIndex()) + sizeOf(entry);
        long index = entry.index();
        if (blocks.isEmpty()) {
            firstBlock = index >> BLOCK_SHIFT;
        }
        if ((index >> BLOCK_SHIFT) - firstBlock == blocks.size()) {
            blocks.add(new Block());
        }
        Block block = block(index);
        block.entries[slot(index)] = entry;
        block.totals[slot(index)] = total;
        size++;
    }

    /** Removes the entries from this index on. */
    void truncateFrom(long index) {
        InvariantViolation.check(index > baseIndex, "truncation reaches into the snapshot");
        while (lastIndex() >= index) {
            block(lastIndex()).entries[slot(lastIndex())] = null;
            size--;
        }
        long kept = size == 0 ? 0 : (lastIndex() >> BLOCK_SHIFT) - firstBlock + 1;
        blocks.subList((int) kept, blocks.size()).clear();
        forgetSlice();
    }

    /** Removes the entries up to this index, which becomes the base. */
    void releaseTo(long index) {
        if (index <= baseIndex) {
            return;
        }
        InvariantViolation.check(index <= lastIndex(), "released index is not in the log");
        baseTerm = termAt(index);
        baseStampMillis = stampAt(index);
        baseTotal = totalAt(index);
        size -= (int) (index - baseIndex);
        baseIndex = index;
        long first = index + 1 >> BLOCK_SHIFT;
        blocks.subList(0, (int) Math.min(first - firstBlock, blocks.size())).clear();
        firstBlock = first;
        if (!blocks.isEmpty()) {
            Arrays.fill(blocks.get(0).entries, 0, slot(index + 1), null); // payloads may be large
        }
        forgetSlice();
    }

    /** Empties the log; it goes on behind this place. */
    void reset(long index, long term, long stampMillis) {
        blocks.clear();
        size = 0;
        baseIndex = index;
        baseTerm = term;
        baseStampMillis = stampMillis;
        baseTotal = 0;
        forgetSlice();
    }

    /** The bytes of the entries after one index and up to another; what lies before the base isn't counted. */
    long bytesBetween(long after, long upTo) {
        return after >= upTo ? 0 : totalAt(Math.max(upTo, baseIndex)) - totalAt(Math.max(after, baseIndex));
    }

    /** The lowest index from which on, itself excluded, up to another the entries have at most so many bytes. O(log n). */
    long lowestWithin(long upTo, long maxBytes) {
        long low = baseIndex;
        long high = upTo;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (bytesBetween(middle, upTo) <= maxBytes) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The last index of a batch that begins at {@code from}: within the limits, but at least one entry. */
    long batchEnd(long from, long lastAllowed, long maxEntries, long maxBytes) {
        long high = Math.min(lastAllowed, from + maxEntries - 1);
        long low = from;
        if (bytesBetween(from - 1, high) <= maxBytes) {
            return Math.max(from, high);
        }
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (bytesBetween(from - 1, middle) <= maxBytes) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * The entries from one index to another, both included, as an immutable list that later changes of the log don't touch. The last one
     * is remembered, as the disk and the followers mostly get the same.
     */
    List<LogEntry> slice(long from, long to) {
        if (from > to) {
            return List.of();
        }
        int count = (int) (to - from + 1);
        if (sliceFrom == from && slice.size() == count) {
            return slice;
        }
        InvariantViolation.check(from > baseIndex && to <= lastIndex(), "log slice out of bounds");
        LogEntry[] copy = new LogEntry[count];
        for (int done = 0; done < count; ) {
            int first = slot(from + done);
            int part = Math.min(count - done, BLOCK_ENTRIES - first);
            System.arraycopy(block(from + done).entries, first, copy, done, part);
            done += part;
        }
        slice = List.of(copy);
        sliceFrom = from;
        return slice;
    }

    /**
     * The conflict search, used on both sides of a rejection: the last index at or below {@code upTo} whose term is at most {@code term}. Logs can't
     * agree after it if the other log has {@code term} at {@code upTo}. Below the base nothing is known and {@code upTo}, or the place before
     * the base, is returned as it is. O(log n).
     */
    long lastIndexWithTermAtMost(long term, long upTo) {
        long high = Math.min(upTo, lastIndex());
        if (high < baseIndex) {
            return high;
        }
        if (baseTerm > term) {
            return baseIndex - 1;
        }
        long low = baseIndex;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (termAt(middle) <= term) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long totalAt(long index) {
        return index == baseIndex ? baseTotal : block(index).totals[slot(index)];
    }

    private Block block(long index) {
        return blocks.get((int) ((index >> BLOCK_SHIFT) - firstBlock));
    }

    private LogEntry at(long index) {
        return block(index).entries[slot(index)];
    }

    private static int slot(long index) {
        return (int) index & BLOCK_ENTRIES - 1;
    }

    private void forgetSlice() {
        slice = List.of();
        sliceFrom = 0;
    }
}
