package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How exactly the recency list follows what other threads read. */
class TouchBuffersTest {
    private final TouchBuffers touches = new TouchBuffers();

    private static Line line(int number) {
        return new Line(Bytes.utf8("k" + number));
    }

    private List<String> drained() {
        List<String> keys = new ArrayList<>();
        touches.drain(line -> keys.add(line.key.asUtf8()));
        return keys;
    }

    @Test
    void aSingleReaderIsFollowedExactlyAndInOrder() {
        for (int round = 0; round < 5; round++) {
            List<String> read = new ArrayList<>();
            for (int i = 0; i < TouchBuffers.SLOTS; i++) {
                int number = (i * 7 + round) % 20;
                touches.touch(line(number));
                read.add("k" + number);
            }
            assertEquals(read, drained());
            assertEquals(List.of(), drained());
        }
    }

    @Test
    void betweenTwoDrainsTheFirstTouchesAreKeptAndTheRestIsLost() {
        IntStream.range(0, 1_000).forEach(i -> touches.touch(line(i)));
        assertEquals(
                IntStream.range(0, TouchBuffers.SLOTS).mapToObj(i -> "k" + i).toList(), drained());
        touches.touch(line(1_000));
        assertEquals(List.of("k1000"), drained());
    }

    /** Whatever is lost, nothing is made up: only lines that were read come out, and no more touches than there were. */
    @Test
    void manyReadersLoseTouchesButInventNone() throws InterruptedException {
        int each = 20_000;
        List<Thread> readers = new ArrayList<>();
        for (int reader = 0; reader < 6; reader++) {
            List<Line> own = IntStream.range(reader * 10, reader * 10 + 5)
                    .mapToObj(TouchBuffersTest::line)
                    .toList();
            readers.add(new Thread(() -> IntStream.range(0, each).forEach(i -> touches.touch(own.get(i % 5)))));
        }
        readers.forEach(Thread::start);
        List<String> seen = new ArrayList<>();
        while (readers.stream().anyMatch(Thread::isAlive)) {
            seen.addAll(drained());
        }
        for (Thread reader : readers) {
            reader.join();
        }
        seen.addAll(drained());
        Set<String> read = new TreeSet<>();
        IntStream.range(0, 60).filter(i -> i % 10 < 5).forEach(i -> read.add("k" + i));
        assertTrue(read.containsAll(seen), "a line came out that nobody has read");
        assertTrue(seen.size() <= 6 * each, seen.size() + " touches came out of " + 6 * each);
        assertTrue(seen.size() >= TouchBuffers.SLOTS, "only " + seen.size() + " touches came out");
    }
}
