package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Keeps a line that was granted for writing here for {@link CacheOptions#minHoldNanos}, so that a line which many nodes write isn't sent around after
 * each write: a snoop that comes earlier is answered when the time is over. That is a delay that the network might have caused as well, so nothing of
 * the protocol depends on it; and it is bounded by a timer, whatever becomes of the line meanwhile: evicted, written back, or worth nothing because the
 * lease is over, it is answered for as it is then. A snoop of a view that has been replaced is dropped. Machine only.
 */
final class MinimumHold {
    private final Context context;
    private final BiConsumer<NodeId, Snoop> answer;
    private final Map<Bytes, Held> held = new LinkedHashMap<>();
    private boolean isOver;

    private static final class Held {
        private Timers.Timer timer;
        private NodeId home;
        /** The newest snoop that waits, null for none. */
        private Snoop snoop;
    }

    /** {@code answer} answers a snoop of a home at once. */
    MinimumHold(Context context, BiConsumer<NodeId, Snoop> answer) {
        this.context = context;
        this.answer = answer;
    }

    /** A line was granted for writing, and is written. */
    void begin(Bytes key) {
        if (context.options.minHoldNanos() == 0 || isOver) {
            return;
        }
        Held known = held.computeIfAbsent(key, k -> new Held());
        context.timers.cancel(known.timer);
        known.timer = context.timers.schedule(context.now + context.options.minHoldNanos(), () -> end(key));
    }

    /** Whether the snoop is answered later; a repetition waits with the first one. */
    boolean defers(Line line, NodeId home, Snoop snoop) {
        boolean isOwner = line.state == ControllerState.M || line.state == ControllerState.E;
        Held known = isOwner ? held.get(line.key) : null;
        if (known == null) {
            return false;
        }
        known.home = home;
        known.snoop = snoop;
        return true;
    }

    private void end(Bytes key) {
        Held known = held.remove(key);
        if (known.snoop != null && known.snoop.epoch() == context.epoch()) {
            answer.accept(known.home, known.snoop);
        }
    }

    /** Holds nothing any more, for this node is about to go: what waits is answered now. */
    void endAll() {
        isOver = true;
        List<Bytes> keys = new ArrayList<>(held.keySet());
        for (Bytes key : keys) {
            context.timers.cancel(held.get(key).timer);
            end(key);
        }
    }
}
