package io.sinkron.cache;

import java.util.LinkedHashMap;
import java.util.Map;

/** The calls that wait until main memory has every written value, or until their time is over. Machine only. */
final class Flushes {
    private final Context context;
    private final DirtyLines dirty;
    private final Map<Long, Timers.Timer> waiting = new LinkedHashMap<>();

    Flushes(Context context, DirtyLines dirty) {
        this.context = context;
        this.dirty = dirty;
    }

    /** Completes the call with {@link Flushed} when all is saved, or at the deadline with what isn't. */
    void await(long call, long deadline) {
        waiting.put(call, context.timers.schedule(deadline, () -> finish(call)));
    }

    /** Gives up waiting: the call gets what is known by now. False if there is no such call. */
    boolean cancel(long call) {
        Timers.Timer timer = waiting.get(call);
        context.timers.cancel(timer);
        return timer != null && finish(call);
    }

    private boolean finish(long call) {
        waiting.remove(call);
        context.outbox.complete(call, dirty.unsaved());
        return true;
    }

    /** When a turn ends: all may be saved by now. */
    void check() {
        if (waiting.isEmpty() || dirty.size() > 0) {
            return;
        }
        waiting.forEach((call, timer) -> {
            context.timers.cancel(timer);
            context.outbox.complete(call, Flushed.ALL);
        });
        waiting.clear();
    }
}
