package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryValue;

/**
 * One line of a node's cache. The machine changes it; other threads see the published snapshot only, which is replaced as a whole.
 *
 * <p>Two values: {@code value} is the newest, which snoops and write-backs carry; {@code visible} is what readers are shown: the newest one that
 * nobody can lose any more (or that its writer asked to show unsaved). Between a write and its backup's acknowledgement they differ, and the
 * reader of the older one is right, since the write hasn't been answered yet.
 */
final class Line extends LruLink<Line> {
    private static final int OVERHEAD_BYTES = 160;
    private static final int RECENT_BYTES = 96;

    final Bytes key;
    ControllerState state = ControllerState.I;
    MemoryValue value;
    MemoryValue visible;
    /** The home's transaction that gave this node the line; together with its epoch. */
    long grantTxn;

    long grantEpoch;

    /** The lines it shares a capacity with. */
    Region<Line> region;
    /** The bytes it is counted with. */
    long countedBytes;

    private LineWork work;
    private volatile Snapshot published = Snapshot.NONE;

    /**
     * What other threads see. Immutable.
     *
     * @param shown the value behind {@code hit}
     * @param hit what a local read is answered with, made once; null if the machine must be asked
     */
    record Snapshot(LineState state, MemoryValue shown, long version, boolean isDirty, CacheAnswer.Value hit) {
        static final Snapshot NONE = new Snapshot(LineState.I, null, 0, false, null);
    }

    Line(Bytes key) {
        this.key = key;
    }

    Snapshot published() {
        return published;
    }

    /** What is outstanding; made when first asked for. */
    LineWork work() {
        if (work == null) {
            work = new LineWork();
        }
        return work;
    }

    /** What is outstanding, null for nothing. */
    LineWork workOrNull() {
        return work;
    }

    boolean hasWork() {
        return work != null;
    }

    void dropWork() {
        work = null;
    }

    boolean isReadable() {
        return state.isReadable() && visible != null;
    }

    boolean hasWaiting() {
        return work != null && !work.waiting.isEmpty();
    }

    /** Gives all data up. */
    void clear() {
        state = ControllerState.I;
        value = null;
        visible = null;
    }

    /** Shows a value to readers unless they have been shown a newer one. */
    void show(MemoryValue safe) {
        if (visible == null || visible.version() < safe.version()) {
            visible = safe;
        }
    }

    /** Publishes the state and the visible value, if either has changed. */
    void publish() {
        Snapshot old = published;
        MemoryValue shown = isReadable() ? visible : null;
        LineState outside = state.outside();
        long version = value == null ? 0 : value.version();
        if (old.shown == shown && old.state == outside && old.version == version && old.isDirty == state.isDirty()) {
            return;
        }
        CacheAnswer.Value answer = hit(shown, outside, old);
        show(answer);
        published = new Snapshot(outside, shown, version, state.isDirty(), answer);
    }

    private CacheAnswer.Value hit(MemoryValue shown, LineState outside, Snapshot old) {
        if (shown == null || shown.deleted()) {
            return null;
        }
        if (old.shown == shown && old.state == outside) {
            return old.hit;
        }
        return new CacheAnswer.Value(key, shown.value(), shown.version(), outside, true, shown.expiresAtMillis());
    }

    /** About how much memory it takes. */
    long bytes() {
        long bytes = OVERHEAD_BYTES + key.size();
        return value == null
                ? bytes
                : bytes
                        + value.value().size()
                        + (long) RECENT_BYTES * value.recent().size();
    }
}
