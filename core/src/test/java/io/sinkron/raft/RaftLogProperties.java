package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.common.Bytes;
import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** {@link RaftLog} against a plain list that holds the base as its first element. */
class RaftLogProperties {
    private static final int STEPS = 300;

    @Property(tries = 150)
    void everyAnswerIsThatOfAPlainList(@ForAll long seed) {
        Random random = new Random(seed);
        long base = random.nextInt(100);
        long term = 1 + random.nextInt(3);
        RaftLog log = new RaftLog(base, base == 0 ? 0 : term, 0);
        List<LogEntry> model = new ArrayList<>();
        long baseTerm = base == 0 ? 0 : term;
        for (int i = 0; i < STEPS; i++) {
            long last = base + model.size();
            switch (random.nextInt(8)) {
                case 0 -> {
                    long from = base + 1 + random.nextInt(model.size() + 1);
                    log.truncateFrom(from);
                    model.subList((int) (from - base - 1), model.size()).clear();
                }
                case 1 -> {
                    int count = random.nextInt(model.size() + 1);
                    log.releaseTo(base + count);
                    baseTerm = count == 0 ? baseTerm : model.get(count - 1).term();
                    model.subList(0, count).clear();
                    base += count;
                }
                default -> {
                    term += random.nextInt(5) == 0 ? 1 : 0;
                    Bytes payload = Bytes.wrap(new byte[random.nextInt(50)]);
                    LogEntry entry = new LogEntry(last + 1, term, 0, LogEntry.Kind.COMMAND, payload);
                    log.append(entry);
                    model.add(entry);
                }
            }
            compare(log, model, base, baseTerm, random);
        }
    }

    private static void compare(RaftLog log, List<LogEntry> model, long base, long baseTerm, Random random) {
        long last = base + model.size();
        assertEquals(base, log.baseIndex());
        assertEquals(last, log.lastIndex());
        assertEquals(model.isEmpty() ? baseTerm : model.get(model.size() - 1).term(), log.lastTerm());
        long at = base - 2 + random.nextInt(model.size() + 5);
        assertEquals(term(model, base, baseTerm, at), log.termAt(at));
        long from = base + 1 + random.nextInt(model.size() + 1);
        long to = from - 1 + random.nextInt((int) (last - from + 2));
        List<LogEntry> expected = model.subList((int) (from - base - 1), (int) (to - base));
        assertEquals(expected, log.slice(from, to));
        long bytes = expected.stream().mapToLong(RaftLog::sizeOf).sum();
        assertEquals(bytes, log.bytesBetween(from - 1, to));
        if (to >= from) {
            int maxEntries = 1 + random.nextInt(20);
            long maxBytes = 1 + random.nextInt(1500);
            long end = from;
            long sum = RaftLog.sizeOf(model.get((int) (from - base - 1)));
            while (end < to && end - from + 1 < maxEntries) {
                sum += RaftLog.sizeOf(model.get((int) (end - base)));
                if (sum > maxBytes) {
                    break;
                }
                end++;
            }
            assertEquals(end, log.batchEnd(from, to, maxEntries, maxBytes));
        }
        long term = random.nextInt(8);
        long found = Math.min(at, last);
        while (found >= base && term(model, base, baseTerm, found) > term) {
            found--;
        }
        assertEquals(found, log.lastIndexWithTermAtMost(term, at));
    }

    private static long term(List<LogEntry> model, long base, long baseTerm, long index) {
        if (index == base) {
            return baseTerm;
        }
        boolean isThere = index > base && index <= base + model.size();
        return isThere ? model.get((int) (index - base - 1)).term() : RaftLog.UNKNOWN_TERM;
    }
}
