package io.sinkron.cache;

/** The evictable lines from coldest to warmest, linked through themselves: each operation is O(1). Machine only. */
final class LruDeque {
    private Line coldest;
    private Line warmest;

    /** The least recently used line, null if none is evictable. */
    Line coldest() {
        return coldest;
    }

    /** Adds a line as the warmest. */
    void add(Line line) {
        line.isLinked = true;
        line.colder = warmest;
        line.warmer = null;
        if (warmest == null) {
            coldest = line;
        } else {
            warmest.warmer = line;
        }
        warmest = line;
    }

    /** Makes a line the warmest; nothing for one that isn't in here. */
    void touch(Line line) {
        if (line.isLinked && line != warmest) {
            remove(line);
            add(line);
        }
    }

    void remove(Line line) {
        if (line.colder == null) {
            coldest = line.warmer;
        } else {
            line.colder.warmer = line.warmer;
        }
        if (line.warmer == null) {
            warmest = line.colder;
        } else {
            line.warmer.colder = line.colder;
        }
        line.isLinked = false;
        line.colder = null;
        line.warmer = null;
    }
}
