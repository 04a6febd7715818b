package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The capacity of the table and of its regions, and who must leave next: least recently used first, exact for what the machine does and for all touches
 * drained. Counts every line in the table, those on their way in or out included.
 *
 * <p>A full region's victim is its own coldest line. If the whole table is full though the region isn't, the coldest line of all leaves, whichever
 * region it is in: as one LRU list would have it, so that a cache which nobody uses gives its places to one that is used, and a cache which is used
 * keeps its own up to the rate of the others' misses. What must be kept from them is what limits are for. Each line knows the number of its last use,
 * so the coldest of all is the least of the regions' coldest: O(regions) for a victim of a full table, O(1) for all else. Machine only.
 */
final class Room {
    private final Context context;
    private final LineTable lines;
    private final Region<Line> unnamed;
    private final Map<String, Region<Line>> named = new LinkedHashMap<>();
    /** The regions that calls wait for, the one whose turn is next first. */
    private final ArrayDeque<Region<Line>> awaited = new ArrayDeque<>();
    /** The regions that may have more than they may. */
    private final Set<Region<Line>> over = new LinkedHashSet<>();

    private long uses;
    private long bytes;
    private int evicting;
    private long evictingBytes;

    Room(Context context, LineTable lines) {
        this.context = context;
        this.lines = lines;
        this.unnamed = new Region<>("", lines.unnamed(), context.options.maxEntries(), context.options.maxBytes());
    }

    /** The region that a key's line belongs to. */
    Region<Line> regionOf(Bytes key) {
        Region<Line> region = named.isEmpty() ? null : named.get(CacheKeys.region(key));
        return region == null ? unnamed : region;
    }

    /** The regions of named caches, by name. */
    Map<String, Region<Line>> named() {
        return named;
    }

    Region<Line> unnamed() {
        return unnamed;
    }

    boolean isFull() {
        return lines.size() >= context.options.maxEntries();
    }

    /** Whether more bytes are held than allowed, not counting those already on their way out. */
    boolean isOverweight() {
        return bytes - evictingBytes > context.options.maxBytes();
    }

    /**
     * Whom to evict from a full region, so that so many of its lines leave; null if enough of them are on their way out, or nobody can go at present:
     * all are pinned, or too many dirty lines are leaving already.
     */
    Line victim(Region<Line> region, int wanted) {
        int atOnce = region.maxEvicting(context.options.maxEvictingPercent());
        return region.evicting() >= wanted ? null : allowed(region.recency.coldest(), region.evicting() < atOnce);
    }

    /** As {@link #victim(Region, int)}, of all regions. */
    Line victim(int wanted) {
        if (evicting >= wanted) {
            return null;
        }
        Line coldest = unnamed.recency.coldest();
        for (Region<Line> region : named.values()) {
            Line line = region.recency.coldest();
            if (line != null && (coldest == null || line.lastUse < coldest.lastUse)) {
                coldest = line;
            }
        }
        return allowed(coldest, true);
    }

    private Line allowed(Line victim, boolean mayBeDirty) {
        boolean isDirty = victim != null && victim.state == ControllerState.M;
        return isDirty && !(mayBeDirty && evicting < context.options.maxEvicting()) ? null : victim;
    }

    void touch(Line line) {
        if (line.isLinked) {
            line.lastUse = ++uses;
            line.region.recency.touch(line);
        }
    }

    void drainTouches() {
        lines.drainTouches(this::touch);
    }

    /** A call waits for room in a region. */
    void park(Region<Line> region, PendingCall call) {
        region.parked.add(call);
        if (!region.isAwaited) {
            region.isAwaited = true;
            awaited.add(region);
        }
    }

    boolean isParked(PendingCall call) {
        return call.queue == regionOf(call.request.key()).parked;
    }

    /** How many calls wait for room. */
    int parked() {
        int parked = 0;
        for (Region<Line> region : awaited) {
            parked += region.parked.size();
        }
        return parked;
    }

    /** How many regions calls wait for. */
    int awaited() {
        return awaited.size();
    }

    /** A line goes into another region, as it is. */
    void move(Line line, Region<Line> to) {
        Region<Line> from = line.region;
        boolean wasLinked = line.isLinked;
        int evictingLines = line.hasWork() && line.work().isEvicting ? 1 : 0;
        if (wasLinked) {
            from.recency.remove(line);
            to.recency.add(line);
        }
        from.countEvicting(-evictingLines, -evictingLines * line.countedBytes);
        to.countEvicting(evictingLines, evictingLines * line.countedBytes);
        from.count(-1, -line.countedBytes);
        to.count(1, line.countedBytes);
        line.region = to;
        line.counters = to.counters;
    }

    /** The next region that calls wait for; it goes behind the others. Null if it turns out that none waits for it. */
    Region<Line> nextAwaited() {
        Region<Line> region = awaited.poll();
        if (region.parked.isEmpty()) {
            region.isAwaited = false;
            return null;
        }
        awaited.add(region);
        return region;
    }

    /** The regions that may have more than they may, once: {@link #check} is for those that stay so. */
    List<Region<Line>> takeOver() {
        if (over.isEmpty()) {
            return List.of();
        }
        List<Region<Line>> taken = List.copyOf(over);
        over.clear();
        return taken;
    }

    /** A region that has more than it may is looked after when the turn ends. */
    void check(Region<Line> region) {
        if (region.isOver()) {
            over.add(region);
        }
    }

    void startedEviction(Line line) {
        line.work().isEvicting = true;
        countEvicting(line, 1);
    }

    private void countEvicting(Line line, int sign) {
        evicting += sign;
        evictingBytes += sign * line.countedBytes;
        line.region.countEvicting(sign, sign * line.countedBytes);
    }

    /** A new line takes a place. */
    void add(Line line) {
        Region<Line> region = regionOf(line.key);
        line.region = region;
        line.counters = region.counters;
        region.count(1, 0);
        lines.add(line);
    }

    /** Brings the counts and the recency list in line with the line's state; a line in I with nothing to wait for leaves the table. */
    void update(Line line) {
        LineWork work = line.workOrNull();
        if (work != null && work.isEvicting && line.state != ControllerState.MI_A) {
            work.isEvicting = false;
            countEvicting(line, -1);
        }
        boolean shouldLink = line.state.isEvictable();
        if (shouldLink && !line.isLinked) {
            line.lastUse = ++uses;
            line.region.recency.add(line);
        } else if (!shouldLink && line.isLinked) {
            line.region.recency.remove(line);
        }
        boolean leaves = line.state == ControllerState.I && (work == null || work.isIdle());
        long now = leaves ? 0 : line.bytes();
        bytes += now - line.countedBytes;
        line.region.count(leaves ? -1 : 0, now - line.countedBytes);
        line.countedBytes = now;
        check(line.region);
        if (leaves) {
            lines.remove(line);
        }
    }
}
