package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sinkron.CacheEvent.Changed;
import io.sinkron.CacheEvent.Missed;
import io.sinkron.cache.ChangeKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** A listener that is slower than what it is told. */
class ListenerQueueTest {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<CacheEvent<String>> heard = new ArrayList<>();
    private final ListenerQueue<String> queue = new ListenerQueue<>(heard::add, tasks::add);

    private static Changed<String> change(long version) {
        return new Changed<>("k", version, ChangeKind.UPDATED);
    }

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    @Test
    void eventsComeInOrderOneTaskAtATime() {
        for (long i = 1; i <= 1_000; i++) {
            queue.offer(change(i));
        }
        assertEquals(1, tasks.size());
        runAll();
        assertEquals(1_000, heard.size());
        assertEquals(change(1_000), heard.get(999));
        queue.offer(change(1_001));
        runAll();
        assertEquals(1_001, heard.size());
    }

    @Test
    void whatDoesNotFitIsMissedAndToldWhereItIsMissing() {
        for (long i = 1; i <= CacheListener.MAX_PENDING_EVENTS + 10; i++) {
            queue.offer(change(i));
        }
        assertEquals(10, queue.missed());
        tasks.poll().run();
        queue.offer(change(5_000));
        runAll();
        assertEquals(CacheListener.MAX_PENDING_EVENTS + 2, heard.size());
        assertEquals(new Missed<String>(10), heard.get(CacheListener.MAX_PENDING_EVENTS));
        assertEquals(change(5_000), heard.get(CacheListener.MAX_PENDING_EVENTS + 1));
    }

    @Test
    void theLastMissedOnesAreToldThoughNothingFollows() {
        for (long i = 1; i <= CacheListener.MAX_PENDING_EVENTS + 3; i++) {
            queue.offer(change(i));
        }
        runAll();
        assertEquals(new Missed<String>(3), heard.get(CacheListener.MAX_PENDING_EVENTS));
        queue.miss(2);
        runAll();
        assertEquals(new Missed<String>(2), heard.get(heard.size() - 1));
        assertEquals(5, queue.missed());
    }

    @Test
    void aListenerThatThrowsHearsTheNext() {
        List<CacheEvent<String>> all = new ArrayList<>();
        ListenerQueue<String> failing = new ListenerQueue<>(
                event -> {
                    all.add(event);
                    throw new IllegalStateException("on purpose");
                },
                Runnable::run);
        failing.offer(change(1));
        failing.offer(change(2));
        assertEquals(List.of(change(1), change(2)), all);
    }

    @Test
    void anExecutorThatIsFullCostsEventsAndTheNextTellsHowMany() {
        boolean[] isFull = {true};
        ListenerQueue<String> refused = new ListenerQueue<>(heard::add, task -> {
            if (isFull[0]) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        });
        refused.offer(change(1));
        refused.offer(change(2));
        assertEquals(List.of(), heard);
        isFull[0] = false;
        refused.offer(change(3));
        long missed = assertInstanceOf(Missed.class, heard.get(0)).events();
        assertEquals(2, missed);
        assertEquals(change(3), heard.get(1));
    }

    @Test
    void afterItsEndNothingIsHeard() {
        queue.offer(change(1));
        queue.close();
        queue.offer(change(2));
        queue.miss(1);
        runAll();
        assertEquals(List.of(), heard);
    }
}
