package io.sinkron.cache;

import io.sinkron.common.Bytes;

/**
 * Gives lines places, and takes them away, coldest first. Eviction is an event of the line's machine, never a removal behind its back: a clean line
 * becomes I and leaves, a dirty one stays in MI_A until main memory has it (rule P4). Machine only.
 */
final class Evictor {
    private final LineTable lines;
    private final DirtyLines dirty;
    private final Room room;
    private final Outstanding outstanding;

    Evictor(LineTable lines, DirtyLines dirty, Room room, Outstanding outstanding) {
        this.lines = lines;
        this.dirty = dirty;
        this.room = room;
        this.outstanding = outstanding;
    }

    /** The line that a call is about, new if there is none yet; null if there is no room for it, and then the call waits for it. */
    Line admit(PendingCall call) {
        Bytes key = call.request.key();
        Line line = lines.get(key);
        if (line != null) {
            return line;
        }
        Region<Line> region = room.regionOf(key);
        if (!region.parked.isEmpty() || !makeRoom(region, 1)) {
            room.park(region, call);
            return null;
        }
        return open(key);
    }

    /** The line of a call that {@link #nextAdmitted} has let in. */
    Line open(Bytes key) {
        Line line = lines.get(key);
        if (line == null) {
            line = new Line(key);
            room.add(line);
        }
        return line;
    }

    /** Lets one of the calls in that wait for room, the regions in turn; null if there is no room for any. */
    PendingCall nextAdmitted() {
        for (int regions = room.awaited(); regions > 0; regions--) {
            Region<Line> region = room.nextAwaited();
            if (region != null && (lines.get(region.parked.first().request.key()) != null || makeRoom(region, 0))) {
                return region.parked.poll();
            }
        }
        return null;
    }

    /** Makes room for one more line, for so many calls and those parked; false if nobody can leave at once: then the call has to wait. */
    private boolean makeRoom(Region<Line> region, int calls) {
        while (region.isFull() || room.isFull()) {
            Line victim = region.isFull()
                    ? room.victim(region, calls + region.parked.size())
                    : room.victim(calls + room.parked());
            if (victim == null) {
                return false;
            }
            evict(victim);
        }
        return true;
    }

    /** Takes a line's place away: a clean one is gone, a dirty one stays until main memory has it (rule P4). */
    void evict(Line line) {
        line.counters.evictions.increment();
        if (line.state == ControllerState.M) {
            line.state = ControllerState.MI_A;
            line.visible = null;
            room.startedEviction(line);
            dirty.writeBack(line);
        } else {
            line.clear();
        }
        outstanding.settle(line);
    }

    /** Keeps the limits of bytes, and those of regions that were made smaller. */
    void trim() {
        while (room.isOverweight()) {
            Line victim = room.victim(Integer.MAX_VALUE);
            if (victim == null) {
                break;
            }
            evict(victim);
        }
        for (Region<Line> region : room.takeOver()) {
            while (region.isOver()) {
                Line victim = room.victim(region, Integer.MAX_VALUE);
                if (victim == null) {
                    break;
                }
                evict(victim);
            }
            room.check(region);
        }
    }
}
