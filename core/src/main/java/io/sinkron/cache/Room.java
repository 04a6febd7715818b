package io.sinkron.cache;

/**
 * The capacity of the table and who must leave next: least recently used first, exact for what the machine does and for all touches drained. Counts
 * every line in the table, those on their way in and out included. Machine only.
 */
final class Room {
    private final Context context;
    private final LineTable lines;
    private final LruDeque recency = new LruDeque();
    /** Calls that wait for room, or for the lease. */
    final PendingCall.Queue parked = new PendingCall.Queue();

    private long bytes;
    private int evicting;
    private long evictingBytes;

    Room(Context context, LineTable lines) {
        this.context = context;
        this.lines = lines;
    }

    boolean isFull() {
        return lines.size() >= context.options.maxEntries();
    }

    /** Whether more bytes are held than allowed, not counting those already on their way out. */
    boolean isOverweight() {
        return bytes - evictingBytes > context.options.maxBytes();
    }

    /**
     * Whom to evict so that so many lines leave; null if enough of them are on their way out, or nobody can go at present: all are pinned, or
     * too many dirty lines are leaving already.
     */
    Line victim(int wanted) {
        Line victim = recency.coldest();
        if (victim == null || evicting >= wanted) {
            return null;
        }
        boolean mayLeave = victim.state != ControllerState.M || evicting < context.options.maxEvicting();
        return mayLeave ? victim : null;
    }

    void touch(Line line) {
        recency.touch(line);
    }

    void drainTouches() {
        lines.drainTouches(recency::touch);
    }

    void startedEviction(Line line) {
        line.work().isEvicting = true;
        evicting++;
        evictingBytes += line.countedBytes;
    }

    private void endEviction(Line line, LineWork work) {
        work.isEvicting = false;
        evicting--;
        evictingBytes -= line.countedBytes;
    }

    /** Brings the counts and the recency list in line with the line's state; a line in I with nothing to wait for leaves the table. */
    void update(Line line) {
        LineWork work = line.workOrNull();
        if (work != null && work.isEvicting && line.state != ControllerState.MI_A) {
            endEviction(line, work);
        }
        boolean shouldLink = line.state.isEvictable();
        if (shouldLink && !line.isLinked) {
            recency.add(line);
        } else if (!shouldLink && line.isLinked) {
            recency.remove(line);
        }
        boolean leaves = line.state == ControllerState.I && (work == null || work.isIdle());
        long now = leaves ? 0 : line.bytes();
        bytes += now - line.countedBytes;
        line.countedBytes = now;
        if (leaves) {
            lines.remove(line);
        }
    }
}
