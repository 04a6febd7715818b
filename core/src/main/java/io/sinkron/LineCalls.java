package io.sinkron;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.LineTable;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.node.Call;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Asks the node about lines by their whole keys: what the unnamed cache and the named ones have in common. */
final class LineCalls {
    private final Calls calls;
    private final int maxValueBytes;

    LineCalls(Calls calls, int maxValueBytes) {
        this.calls = calls;
        this.maxValueBytes = maxValueBytes;
    }

    /** Makes a request; the answer is turned into the result where it comes in. */
    <T> CompletionStage<T> ask(CacheRequest request, CallOptions options, Function<Answer, T> result) {
        return calls.call(
                options, Duration.ZERO, (id, deadline) -> new Call.Cache(id, deadline, request), result, ignored -> {});
    }

    /** A valid copy that this node has, or null. */
    CacheAnswer.Value local(Bytes line) {
        return table().read(line, System::nanoTime);
    }

    LineTable table() {
        return calls.loop().lines();
    }

    /** The longest value. */
    int maxValueBytes() {
        return maxValueBytes;
    }
}
