package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.cache.MemoryTable;
import io.sinkron.queue.QueueTables;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A store outside the cluster, as Redis is one: it does each call atomically by its own clock, with the meaning of the reference tables, and
 * keeps what it has answered for. The way to it is what breaks: requests and replies get lost, are late, or the store is away for a
 * while. Calls of one node arrive in the order in which it made them, those of a broken connection aside. Not thread-safe.
 */
public final class SimulatedStore {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long EPOCH_MILLIS = 1_600_000_000_000L;
    private static final long NOTICE_NANOS = 300 * NANOS_PER_MILLI;
    private static final long LATE_NANOS = 3_000 * NANOS_PER_MILLI;

    /** Hears that a call failed. */
    public interface Failed {
        /** @param maybeApplied false if surely nothing was done */
        void failed(boolean maybeApplied, String reason);
    }

    /** One node's way to the store, for one start of that node. */
    public final class Connection {
        private long lastArrivalNanos;

        private Connection() {}

        /** Does operations on a queue. */
        public void queue(
                String queue,
                long epoch,
                List<QueueOp> operations,
                Consumer<List<QueueAnswer>> answered,
                Failed failed) {
            call(() -> queues.execute(queue, epoch, operations, nowMillis()), answered, failed);
        }

        /** Names all queues. */
        public void names(Consumer<List<String>> answered, Failed failed) {
            call(queues::names, answered, failed);
        }

        /** Does operations on the main memory of the cache. */
        public void memory(List<MemoryOp> operations, Consumer<List<MemoryAnswer>> answered, Failed failed) {
            call(
                    () -> {
                        List<MemoryAnswer> answers = new ArrayList<>();
                        operations.forEach(operation -> answers.add(memory.apply(operation)));
                        return answers;
                    },
                    answered,
                    failed);
        }

        private <T> void call(Supplier<T> work, Consumer<T> answered, Failed failed) {
            long now = scheduler.nowNanos();
            if (away) {
                recorder.marks().reached("store away");
                scheduler.after(delay(), () -> failed.failed(false, "the store is away"));
                return;
            }
            if (random.chance(quality.lostRequestProbability())) {
                recorder.marks().reached("store request lost");
                broken(failed);
                return;
            }
            if (random.chance(quality.lateProbability())) {
                recorder.marks().reached("store request late");
                scheduler.after(random.nextLong(LATE_NANOS), work::get);
                broken(failed);
                return;
            }
            boolean replyLost = random.chance(quality.lostReplyProbability());
            lastArrivalNanos = Math.max(lastArrivalNanos, now + delay());
            scheduler.at(lastArrivalNanos, () -> {
                T answer = work.get();
                if (replyLost) {
                    recorder.marks().reached("store reply lost");
                    broken(failed);
                } else {
                    scheduler.after(delay(), () -> answered.accept(answer));
                }
            });
        }

        private void broken(Failed failed) {
            scheduler.after(
                    random.nextLong(NOTICE_NANOS), () -> failed.failed(true, "the connection to the store was lost"));
        }
    }

    private final Scheduler scheduler;
    private final SeededRandom random;
    private final Recorder recorder;
    private final QueueTables queues = new QueueTables();
    private final MemoryTable memory = new MemoryTable();
    private StoreQuality quality = StoreQuality.PERFECT;
    private boolean away;

    /** An empty store. */
    public SimulatedStore(Scheduler scheduler, SeededRandom random, Recorder recorder) {
        this.scheduler = scheduler;
        this.random = random;
        this.recorder = recorder;
    }

    /** How it behaves from now on. */
    public void quality(StoreQuality newQuality) {
        quality = newQuality;
    }

    /** Refuses everything that comes, or no more. */
    public void away(boolean isAway) {
        away = isAway;
    }

    /** A new way to it. */
    public Connection connect() {
        return new Connection();
    }

    private long delay() {
        return random.exponentialNanos(quality.meanDelayNanos());
    }

    private long nowMillis() {
        return EPOCH_MILLIS + scheduler.nowNanos() / NANOS_PER_MILLI;
    }
}
