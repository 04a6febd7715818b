package io.sinkron.cache;

import io.sinkron.common.Answer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All calls that aren't answered yet, by number, with their deadlines. Each is answered once. Machine only. */
final class PendingCalls {
    private final Context context;
    private final Map<Long, PendingCall> calls = new HashMap<>();

    PendingCalls(Context context) {
        this.context = context;
    }

    boolean isFull() {
        return calls.size() >= context.options.maxWaitingCalls();
    }

    /** The call of this number, null if it is answered or unknown. */
    PendingCall get(long id) {
        return calls.get(id);
    }

    /** All calls, in order of their numbers. */
    List<PendingCall> all() {
        return calls.values().stream()
                .sorted(Comparator.comparingLong(call -> call.id))
                .toList();
    }

    /** Remembers a call until it is answered; past its deadline it is handed to {@code expired}. */
    void keep(PendingCall call, long deadline, Consumer<PendingCall> expired) {
        calls.put(call.id, call);
        call.timer = context.timers.schedule(deadline, () -> expired.accept(call));
    }

    /** Answers a call and forgets it, wherever it stands. */
    void answer(PendingCall call, Answer answer) {
        if (call.queue != null) {
            call.queue.remove(call);
        }
        context.timers.cancel(call.timer);
        calls.remove(call.id);
        context.outbox.complete(call.id, answer);
    }
}
