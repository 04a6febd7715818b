package io.sinkron;

import io.sinkron.cache.CacheAnswer.NoSuchKey;
import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheKeys;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Get;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.cache.ReadMode;
import io.sinkron.cache.Updater;
import io.sinkron.cache.Updater.Change;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * The present generation of a named cache, read by every access to it. It is a line like any other, so reading it is a local hit nearly always; and whoever
 * raises it has invalidated every node's copy before the call that raised it is answered: from then on nobody finds an entry of an older generation.
 *
 * <p>An access that has read the generation before it was raised may still act on the old one's entries: it began before the raising ended, and counts as if it
 * had been done before. Thread-safe.
 */
final class CacheGeneration {
    private final String cache;
    private final Bytes name;
    private final Bytes line;
    private final String format;
    private final LineCalls lines;
    private final CacheSweep sweep;

    /** What the line said last, decoded: its bytes are compared by identity. */
    private volatile Known known = new Known(Bytes.EMPTY, 0);

    private record Known(Bytes value, long generation) {}

    CacheGeneration(CacheConfig<?, ?> config, LineCalls lines) {
        this.cache = config.name();
        this.name = CacheKeys.nameBytes(cache);
        this.line = CacheKeys.generationKey(cache);
        this.format = config.format();
        this.lines = lines;
        this.sweep = CacheSweep.of(cache, lines);
    }

    /** The whole key of an entry's line. */
    Bytes line(long generation, Bytes key) {
        return CacheKeys.named(name, generation, key);
    }

    /**
     * The generation, if this node knows it without asking; 0 if it must ask.
     *
     * @throws CacheMismatchException if the cache is used with another format
     */
    long ifLocal(ReadMode mode) {
        Value copy = lines.local(line, mode);
        return copy == null ? 0 : generation(copy.value());
    }

    /** The generation that this node has read last; 0 for none. */
    long lastKnown() {
        return known.generation();
    }

    private long generation(Bytes value) {
        Known last = known;
        if (last.value() == value) {
            return last.generation();
        }
        CacheDescriptor descriptor = CacheDescriptor.decode(value);
        if (descriptor.format().isEmpty()) {
            return 0;
        }
        if (!descriptor.format().equals(format)) {
            throw new CacheMismatchException(new CacheRefusal.Mismatch(cache, format, descriptor.format()));
        }
        known = new Known(value, descriptor.generation());
        return descriptor.generation();
    }

    /** The generation; the first to ask for it founds the cache. Fails with {@link CacheMismatchException} if it is used with another format. */
    CompletionStage<Long> read(CacheCall call) {
        long local;
        try {
            local = ifLocal(ReadMode.STRICT);
        } catch (CacheMismatchException mismatch) {
            return CompletableFuture.failedFuture(mismatch);
        }
        if (local > 0) {
            return CompletableFuture.completedFuture(local);
        }
        return call.ask(new Get(line), this::found)
                .thenCompose(present -> present > 0
                        ? CompletableFuture.completedFuture(present)
                        : change(call, Optional.empty(), this::founded));
    }

    private long found(Answer answer) {
        return answer instanceof NoSuchKey
                ? 0
                : generation(Refusals.expect(answer, Value.class).value());
    }

    private CacheDescriptor founded(CacheDescriptor present) {
        return present.format().isEmpty() ? new CacheDescriptor(present.generation(), format) : present;
    }

    /** Empties the cache at one instant. */
    CompletionStage<Long> raise(CacheCall call) {
        return read(call)
                .thenCompose(checked -> change(call, call.remember("invalidateAll", cache), CacheDescriptor::emptied))
                .thenApply(this::given);
    }

    /** Empties the cache and frees its name for another format. */
    CompletionStage<Void> destroy(CacheCall call) {
        return read(call)
                .thenCompose(checked -> update(call, call.remember("destroy", cache), CacheDescriptor::destroyed))
                .thenAccept(done -> done.value()
                        .ifPresent(value -> given(CacheDescriptor.decode(value).generation())));
    }

    private long given(long generation) {
        sweep.raisedTo(generation);
        return generation;
    }

    private CompletionStage<Long> change(
            CacheCall call, Optional<Remember> remember, UnaryOperator<CacheDescriptor> to) {
        return update(call, remember, to)
                .thenApply(updated -> updated.value().map(this::generation).orElse(0L));
    }

    /** Written through to main memory: a generation that fell back would bring back what was there before. */
    private CompletionStage<Updated> update(
            CacheCall call, Optional<Remember> remember, UnaryOperator<CacheDescriptor> to) {
        Updater updater = (present, clusterMillis) -> {
            Optional<CacheDescriptor> before = present.map(p -> CacheDescriptor.decode(p.value()));
            CacheDescriptor after = to.apply(before.orElse(new CacheDescriptor(1, "")));
            return before.isPresent() && before.get().equals(after)
                    ? new Change.Keep()
                    : new Change.Replace(after.encode(), 0);
        };
        return call.ask(
                new Update(line, updater, lines.maxValueBytes(), Durability.WRITE_THROUGH, remember),
                answer -> Refusals.expect(answer, Updated.class));
    }
}
