package io.sinkron.cache;

import io.sinkron.common.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Declares and removes the regions of named caches. A line that came before its region goes into it; when a region is removed, whatever can leave does,
 * and what can't at once, because it is dirty or asked for, goes into the unnamed region until then. So nothing is left of a removed region. Machine
 * only.
 */
final class Regions {
    private final Context context;
    private final LineTable lines;
    private final Room room;
    private final Outstanding outstanding;
    private final Evictor evictor;

    Regions(Context context, LineTable lines, Room room, Outstanding outstanding, Evictor evictor) {
        this.context = context;
        this.lines = lines;
        this.room = room;
        this.outstanding = outstanding;
        this.evictor = evictor;
    }

    /** Declares a region, or sets other limits. Takes time linear in the unnamed region the first time. */
    void declare(long call, CacheRegion wanted) {
        Region<Line> known = room.named().get(wanted.name());
        if (known != null) {
            known.limit(wanted.maxEntries(), wanted.maxBytes());
            room.check(known);
        } else if (room.named().size() >= CacheRegion.MAX_REGIONS) {
            context.outbox.complete(call, new Refusal.Overloaded("regions", CacheRegion.MAX_REGIONS));
            return;
        } else {
            CacheCounters counters = lines.declare(wanted.name());
            Region<Line> region = new Region<>(wanted.name(), counters, wanted.maxEntries(), wanted.maxBytes());
            List<Line> early = linesOf(room.unnamed(), wanted.name());
            room.named().put(wanted.name(), region);
            early.forEach(line -> room.move(line, region));
            moveParked(room.unnamed(), wanted.name());
            room.check(region);
        }
        context.outbox.complete(call, new CacheRegion.Changed(wanted.name(), known != null));
    }

    /** Removes a region with its lines and counters. Takes time linear in the region. */
    void remove(long call, String name) {
        Region<Line> region = room.named().get(name);
        if (region != null) {
            List<Line> left = linesOf(region, name);
            room.named().remove(name);
            lines.forget(name);
            for (Line line : left) {
                room.move(line, room.unnamed());
                if (line.state.isEvictable()) {
                    evictor.evict(line);
                }
            }
            moveParked(region, name);
        }
        context.outbox.complete(call, new CacheRegion.Changed(name, region != null));
    }

    /** The lines of one cache in a region: the evictable ones from the coldest on, then those that something is outstanding for. */
    private List<Line> linesOf(Region<Line> region, String name) {
        List<Line> found = new ArrayList<>();
        for (Line line = region.recency.coldest(); line != null; line = line.warmer) {
            if (CacheKeys.region(line.key).equals(name)) {
                found.add(line);
            }
        }
        for (Line line : outstanding.busy()) {
            if (!line.isLinked
                    && line.region == region
                    && CacheKeys.region(line.key).equals(name)) {
                found.add(line);
            }
        }
        return found;
    }

    /** The calls of one cache that wait for room in one region wait in the one they belong to now. */
    private void moveParked(Region<Line> from, String name) {
        PendingCall next;
        for (PendingCall call = from.parked.first(); call != null; call = next) {
            next = call.next;
            if (CacheKeys.region(call.request.key()).equals(name)) {
                from.parked.remove(call);
                room.park(room.regionOf(call.request.key()), call);
            }
        }
    }
}
