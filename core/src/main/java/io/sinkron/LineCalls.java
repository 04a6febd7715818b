package io.sinkron;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.cache.CacheRegion;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.LineTable;
import io.sinkron.cache.ReadMode;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.node.Call;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Asks the node about lines by their whole keys: what the unnamed cache and the named ones have in common. */
final class LineCalls {
    private final Calls calls;
    private final LineTable table;
    private final int maxValueBytes;

    LineCalls(Calls calls, int maxValueBytes) {
        this.calls = calls;
        this.table = calls.loop().lines();
        this.maxValueBytes = maxValueBytes;
    }

    /** Makes a request; the answer is turned into the result where it comes in. */
    <T> CompletionStage<T> ask(CacheRequest request, CallOptions options, Function<Answer, T> result) {
        return calls.call(
                options, Duration.ZERO, (id, deadline) -> new Call.Cache(id, deadline, request), result, ignored -> {});
    }

    /** Gives a named cache places of its own at this node, or other limits. */
    CompletionStage<CacheRegion.Changed> declare(CacheRegion region) {
        return calls.call(
                CallOptions.DEFAULT,
                Duration.ZERO,
                (id, deadline) -> new Call.DeclareRegion(id, deadline, region),
                answer -> Refusals.expect(answer, CacheRegion.Changed.class),
                ignored -> {});
    }

    /** Lets a named cache's lines at this node go. */
    CompletionStage<CacheRegion.Changed> remove(String region) {
        return calls.call(
                CallOptions.DEFAULT,
                Duration.ZERO,
                (id, deadline) -> new Call.RemoveRegion(id, deadline, region),
                answer -> Refusals.expect(answer, CacheRegion.Changed.class),
                ignored -> {});
    }

    /** A valid copy that this node has, or null. */
    CacheAnswer.Value local(Bytes line) {
        return local(line, ReadMode.STRICT);
    }

    /** A copy that this node has, as sure as the mode says, or null. */
    CacheAnswer.Value local(Bytes line, ReadMode mode) {
        return table.read(line, mode, System::nanoTime);
    }

    LineTable table() {
        return table;
    }

    /** The longest value. */
    int maxValueBytes() {
        return maxValueBytes;
    }
}
