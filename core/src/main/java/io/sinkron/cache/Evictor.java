package io.sinkron.cache;

/**
 * Takes lines' places away, coldest first. Eviction is an event of the line's machine, never a removal behind its back: a clean line becomes I and
 * leaves, a dirty one stays in MI_A until main memory has it (rule P4). Machine only.
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

    /** Makes room for one more line, for so many calls that need one; false if nobody can leave at once: then the call has to wait. */
    boolean makeRoom(int callsInNeed) {
        while (room.isFull()) {
            Line victim = room.victim(callsInNeed);
            if (victim == null) {
                return false;
            }
            evict(victim);
        }
        return true;
    }

    /** Takes a line's place away: a clean one is gone, a dirty one stays until main memory has it (rule P4). */
    void evict(Line line) {
        lines.countEviction();
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

    /** Keeps the limit of bytes. */
    void trim() {
        while (room.isOverweight()) {
            Line victim = room.victim(Integer.MAX_VALUE);
            if (victim == null) {
                return;
            }
            evict(victim);
        }
    }
}
