package io.sinkron;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandBody;
import io.sinkron.common.XxHash64;
import io.sinkron.node.Call;
import io.sinkron.runtime.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Makes calls of the four services at the node's event loop. */
final class Calls {
    private final EventLoop loop;

    Calls(EventLoop loop) {
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    /** A replicated command, answered with a {@code type}. */
    <T> CompletionStage<T> replicate(CommandBody command, CallOptions options, Class<T> type) {
        return replicate(command, options, Duration.ZERO, type, ignored -> {});
    }

    /** A replicated command that may wait, on top of the options' timeout. */
    <T> CompletionStage<T> replicate(
            CommandBody command, CallOptions options, Duration wait, Class<T> type, Consumer<T> giveBack) {
        long timeoutNanos = Arguments.options(options).timeout().toNanos() + wait.toNanos();
        return loop.call(
                (id, now) -> new Call.Replicate(id, now + timeoutNanos, command, wait.toNanos()),
                answer -> Refusals.expect(answer, type),
                giveBack);
    }

    /** Any other call. */
    <T> CompletionStage<T> call(
            CallOptions options, Duration wait, Maker maker, Function<Answer, T> result, Consumer<T> giveBack) {
        long timeoutNanos = Arguments.options(options).timeout().toNanos() + wait.toNanos();
        return loop.call((id, now) -> maker.make(id, now + timeoutNanos), result, giveBack);
    }

    /** Makes a call from its id and deadline. */
    @FunctionalInterface
    interface Maker {
        Call make(long id, long deadlineNanos);
    }

    /** What tells one request from another under the same idempotency key: a hash of all that it asks for. */
    static long fingerprint(Object... parts) {
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            String value = String.valueOf(part);
            text.append(value.length()).append(':').append(value);
        }
        return XxHash64.hash(text.toString(), 0);
    }
}
