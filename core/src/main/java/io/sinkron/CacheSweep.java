package io.sinkron;

import io.sinkron.cache.CacheAnswer.Swept;
import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest.Sweep;
import io.sinkron.common.Bytes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Takes the entries of a cache's older generations out of main memory, an hour after they were given up: no call lasts that long, so by then nobody can name
 * their keys. A write-back that comes even later makes garbage of one entry, which goes with the next sweep.
 *
 * <p>Who has raised the generation sweeps. If that node goes before, or main memory is away for long, what is left goes when the generation is raised the next
 * time, for a sweep takes all generations below. Thread-safe.
 */
final class CacheSweep {
    static final Duration DELAY = Duration.ofHours(1);
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 20;

    private final String cache;
    private final Function<Sweep, CompletionStage<Swept>> steps;
    private final Executor later;
    private final Executor soon;
    private long wanted;
    private boolean isPlanned;

    /**
     * @param steps does one step
     * @param later runs what it is given when no call from before can be under way any more
     * @param soon runs what it is given after a pause, for the others that use main memory
     */
    CacheSweep(String cache, Function<Sweep, CompletionStage<Swept>> steps, Executor later, Executor soon) {
        this.cache = cache;
        this.steps = steps;
        this.later = later;
        this.soon = soon;
    }

    /** Through this node. */
    static CacheSweep of(String cache, LineCalls lines) {
        CallOptions options = CallOptions.DEFAULT.within(STEP_TIMEOUT);
        return new CacheSweep(
                cache,
                step -> lines.ask(step, options, answer -> Refusals.expect(answer, Swept.class)),
                CompletableFuture.delayedExecutor(DELAY.toSeconds(), TimeUnit.SECONDS),
                CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** This is the cache's generation now; nothing for the first one, below which there is none. */
    synchronized void raisedTo(long generation) {
        if (generation <= 1) {
            return;
        }
        wanted = Math.max(wanted, generation);
        plan();
    }

    private void plan() {
        if (!isPlanned) {
            isPlanned = true;
            long below = wanted;
            later.execute(() -> step(below, ""));
        }
    }

    private void step(long below, String cursor) {
        Bytes from = CacheKeys.prefix(cache, 1);
        Bytes to = CacheKeys.prefix(cache, below);
        steps.apply(new Sweep(from, to, cursor)).whenComplete((swept, error) -> {
            if (error != null || swept.cursor().isEmpty()) {
                done(below);
            } else {
                soon.execute(() -> step(below, swept.cursor()));
            }
        });
    }

    private synchronized void done(long below) {
        isPlanned = false;
        if (wanted > below) {
            plan();
        }
    }
}
